// Command pod-security judges pods like a cluster that enforces Pod Security, with the code that API servers run.
//
// It reads JSON from standard input, [{"name", "level", "version", "pod": {"metadata", "spec"}}], and writes [{"name",
// "allowed", "why"}] to standard output.
package main

import (
	"encoding/json"
	"log"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type question struct {
	Name    string     `json:"name"`
	Level   string     `json:"level"`
	Version string     `json:"version"`
	Pod     corev1.Pod `json:"pod"`
}

type answer struct {
	Name    string `json:"name"`
	Allowed bool   `json:"allowed"`
	Why     string `json:"why"`
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		log.Fatal(err)
	}
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, 0, len(questions))
	for _, q := range questions {
		level, err := api.ParseLevel(q.Level)
		if err != nil {
			log.Fatal(err)
		}
		version, err := api.ParseVersion(q.Version)
		if err != nil {
			log.Fatal(err)
		}
		// Sets the API server's defaults first, as the server does before it judges.
		for i := range q.Pod.Spec.Volumes {
			if volume := &q.Pod.Spec.Volumes[i]; volume.VolumeSource == (corev1.VolumeSource{}) {
				volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
			}
		}
		result := policy.AggregateCheckResults(
			evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &q.Pod.ObjectMeta, &q.Pod.Spec))
		answers = append(answers, answer{Name: q.Name, Allowed: result.Allowed, Why: result.ForbiddenDetail()})
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
