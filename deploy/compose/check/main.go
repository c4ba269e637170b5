// Reads docker-compose.yml with the reference implementation of the compose specification, as `docker compose` does,
// and checks the result. `make compose-test`.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// Exceptions from the rules, by service.
var (
	portsOf      = map[string]bool{"edge": true}
	writableRoot = map[string]bool{"localstack": true}
	oneShots     = map[string]bool{"certs": true, "migrate": true, "backup": true, "restore": true}
	waysOut      = map[string]bool{"edge": true, "management": true, "proxy": true, "vault": true, "localstack": true}
)

func main() {
	file := os.Args[1]
	wrong := []string{}
	for _, envFile := range append([]string{""}, os.Args[2:]...) {
		project, err := load(file, envFile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, finding := range look(project) {
			wrong = append(wrong, fmt.Sprintf("%s: %s", project.Name, finding))
		}
		fmt.Printf("%s: %d services\n", project.Name, len(project.Services))
	}
	for _, finding := range wrong {
		fmt.Fprintln(os.Stderr, finding)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}

func load(file string, envFile string) (*types.Project, error) {
	options := []cli.ProjectOptionsFn{cli.WithProfiles([]string{"*"})}
	if envFile != "" {
		options = append(options, cli.WithEnvFiles(envFile))
	}
	options = append(options, cli.WithDotEnv)
	project, err := cli.NewProjectOptions([]string{file}, options...)
	if err != nil {
		return nil, err
	}
	return project.LoadProject(context.Background())
}

func look(project *types.Project) []string {
	found := []string{}
	say := func(service string, words string) { found = append(found, service+" "+words) }
	for name, service := range project.Services {
		for _, port := range service.Ports {
			if !portsOf[name] && port.HostIP != "127.0.0.1" {
				say(name, "has a port on the host")
			}
		}
		if !service.ReadOnly && !writableRoot[name] {
			say(name, "can write its root")
		}
		if !has(service.CapDrop, "ALL") || service.Privileged {
			say(name, "keeps capabilities")
		}
		if !has(service.SecurityOpt, "no-new-privileges:true") {
			say(name, "may gain privileges")
		}
		if service.MemLimit == 0 || service.PidsLimit == 0 {
			say(name, "has no bound of memory or processes")
		}
		if service.Logging == nil || service.Logging.Options["max-size"] == "" || service.Logging.Options["max-file"] == "" {
			say(name, "has logs without an end")
		}
		if service.Restart != "unless-stopped" && !oneShots[name] {
			say(name, "stays down after a crash")
		}
		if service.Image == "" || !strings.Contains(service.Image, ":") || strings.HasSuffix(service.Image, ":latest") {
			say(name, "has an image of no version")
		}
		for network := range service.Networks {
			if leadsOut(project.Networks[network]) && !waysOut[name] {
				say(name, "has a way out")
			}
		}
		for variable, value := range service.Environment {
			secret := strings.Contains(variable, "PASSWORD") || strings.Contains(variable, "SECRET")
			isTrial := value != nil && *value == "test"
			if secret && !strings.HasSuffix(variable, "_FILE") && value != nil && !isTrial {
				say(name, "has a secret in its environment: "+variable)
			}
		}
		for other, dependency := range service.DependsOn {
			if oneShots[other] && dependency.Condition != types.ServiceConditionCompletedSuccessfully {
				say(name, "does not wait for "+other)
			}
		}
	}
	for _, name := range []string{"vault", "management", "proxy"} {
		if !waits(project, name, "migrate") {
			found = append(found, name+" starts before migrations")
		}
	}
	found = append(found, metricsOf(project)...)
	return append(found, keysOf(project)...)
}

// Services expose metrics where PMA_METRICS_PORT is set, and nowhere else.
func metricsOf(project *types.Project) []string {
	found := []string{}
	wanted, isWanted := project.Environment["PMA_METRICS_PORT"]
	for _, name := range []string{"vault", "management", "proxy"} {
		port := project.Services[name].Environment["PMA_METRICS_PORT"]
		if isWanted && (port == nil || *port != wanted) || !isWanted && port != nil {
			found = append(found, name+" tells its metrics where it should not, or does not where it should")
		}
	}
	return found
}

// Services that have neither the volume of keys nor a way to the databases must not get one.
func keysOf(project *types.Project) []string {
	found := []string{}
	for _, name := range []string{"prometheus", "grafana", "edge"} {
		for _, volume := range project.Services[name].Volumes {
			if volume.Source == "state" {
				found = append(found, name+" has the volume of keys")
			}
		}
		if _, inside := project.Services[name].Networks["inside"]; inside {
			found = append(found, name+" reaches the databases")
		}
	}
	return found
}

func leadsOut(network types.NetworkConfig) bool {
	return !bool(network.Internal) && network.DriverOpts["com.docker.network.bridge.enable_ip_masquerade"] != "false"
}

func waits(project *types.Project, name string, other string) bool {
	for dependency := range project.Services[name].DependsOn {
		if dependency == other || waits(project, dependency, other) {
			return true
		}
	}
	return false
}

func has(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}
