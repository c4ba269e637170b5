# GNU make 3.81 and later. `make help` lists the targets.

NODE ?= node
# As in docker-compose.yml.
CADDY := v2.11.9
# Prometheus 3.16, as in docker-compose.yml: its module counts otherwise.
PROMTOOL := v0.316.0

.DEFAULT_GOAL := help
.PHONY: help run test bench chaos chaos-breaks outages canary model mutate chart-docs chart-test cluster-test images-test compose-test telemetry-test terraform-test check sbom reset backup restore backup-identity rotate-data-keys rewrap-data-keys data-keys build fmt protos

help: ## This list.
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1	/' | expand -t 26

run: ## Starts everything on this machine, with a demo. DEMO=0, HOST=0.0.0.0, PROXIES=2, PMA_HORIZON_MS=..., DATABASE_URL=..., REDIS_URL=..., REDIS=0, PMA_..._PORT=...
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js run

test: ## All tests: units, contracts, services, and the whole system as processes.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/test-run/main.js

bench: ## Speed: the table of docs/performance.md, also to .local/bench.json; status 1 where a goal is missed; below 18 minutes. ONLY=full-path,cold-route, ONLY=overload, ROUNDS=3
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/bench/main.js

model: ## The protocol of docs/freshness.md, checked (spin, gcc); below 3 minutes. FULL=1: half an hour. ONLY=FENCE,RESET
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/model/main.js

chaos: ## Breaks every part of the system under load and checks every promise; three minutes a seed at most. SEED=..., SEEDS=10, PROFILE=multi, BREAK=wait|fill|lock|buffer
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/chaos/main.js

chaos-breaks: ## Tests the chaos rig: removes one rule after the other, each in up to three seeds; the rig has to fail each time, for the reason that the rule exists. SEEDS=5
	@$(NODE) deploy/bootstrap.js
	@BREAK=all exec $(NODE) deploy/dist/chaos/main.js

outages: ## Cuts each part off from the others while warm requests continue, and measures what is served, for how long, and how soon all is back. A quarter of an hour. HORIZONS=30000,5000, ONLY=redis
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/outages/main.js

canary: ## Plants 122 values, sends them along every path, and searches for them wherever the system writes; five minutes. PLANT=log|redis|table|answer|span, REDIS_MODE=stopped|flushed
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/canary/main.js

mutate: ## Mutation tests: changes sources one place at a time, and counts the changes that no test notices; an hour. ONLY=envelope,grants,paths,inject,aim,identify,freshness
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/mutate/main.js

chart-test: ## The Helm chart: lint, what it renders and refuses, Pod Security, the network; needs go. Two minutes, later 40 s.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/chart/main.js

chart-docs: ## Writes the table of values into the chart's README.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/chart/main.js docs

cluster-test: ## The chart on a real control plane: install, upgrade, rollback, drain, and its pods' programs for real; needs go, root. Ten minutes, later three.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/cluster/main.js

images-test: ## Builds the image of each service, tries it in an empty environment, and runs it in the chart's pods; needs buildah, debootstrap, go, root.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/images/main.js

compose-test: ## docker-compose.yml by the reference implementation of its specification, the Caddyfile by Caddy, the alerts by promtool (go; minutes the first time).
	@command -v go >/dev/null || { echo 'There is no go on the PATH: apt-get install golang (1.24 or later).'; exit 1; }
	@cd deploy/compose/check && go run . ../../../docker-compose.yml ../localstack.env ../monitoring.env
	@GOBIN=$(CURDIR)/.cache/go-bin go install github.com/caddyserver/caddy/v2/cmd/caddy@$(CADDY)
	@PMA_PROXY_DOMAIN=proxy.localhost PMA_MANAGEMENT_DOMAIN=manage.localhost .cache/go-bin/caddy validate --config deploy/compose/Caddyfile
	@! PMA_PROXY_DOMAIN=one.localhost PMA_MANAGEMENT_DOMAIN=one.localhost .cache/go-bin/caddy validate --config deploy/compose/Caddyfile 2>/dev/null
	@GOBIN=$(CURDIR)/.cache/go-bin go install -tags remove_all_sd github.com/prometheus/prometheus/cmd/promtool@$(PROMTOOL)
	@deploy/compose/monitoring/scope-alerts.sh < charts/protectmyapi/monitoring/alerts.yaml > .cache/alerts.yaml
	@sed 's|/tmp/alerts.yaml|$(CURDIR)/.cache/alerts.yaml|' deploy/compose/monitoring/prometheus.yml > .cache/prometheus.yml
	@.cache/go-bin/promtool check config .cache/prometheus.yml
	@! grep -E 'SCOPE|RUNBOOK' .cache/alerts.yaml

telemetry-test: ## Alerts in every state, by promtool; then the system, told to a Prometheus and a collector: traces, dashboard, live alerts. Needs go. Four minutes, once a quarter of an hour. ONLY=alerts
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/telemetry/main.js

terraform-test: ## deploy/terraform by Terraform itself, with a stand-in for the provider of AWS; needs terraform (1.11 or later) and go.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/terraform/main.js

check: ## Format, lint, types, allowed imports between packages, unused code, contracts.
	@$(NODE) deploy/bootstrap.js
	@npm run --silent check

sbom: ## Lists the packages of a production installation, in CycloneDX: .local/sbom.json. SBOM_DEV=1 adds development tools.
	@mkdir -p .local
	@npm sbom --sbom-format cyclonedx --sbom-type application --package-lock-only $(if $(SBOM_DEV),,--omit dev) > .local/sbom.json
	@echo .local/sbom.json

reset: ## Deletes everything that `make run` has made, after asking.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js reset

backup: ## Backs up the databases and the key file of a `make run`, sealed: RECIPIENT=age1… or a gpg key. BACKUPS=folder, PRUNE=1
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js backup

restore: ## Restores a backup: BACKUP=backups/…, IDENTITY=file. To overwrite existing data: OVERWRITE=1
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js restore

backup-identity: ## Makes an age identity to seal backups to, as age-keygen does: IDENTITY=file
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js backup-identity

rotate-data-keys: ## Beside a `make run`: new data keys seal from now on. NOW=1 after a leak, ORGANIZATION=org_...
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js rotate-data-keys $(if $(NOW),--now) $(ORGANIZATION)

rewrap-data-keys: ## Beside a `make run`: rewraps every data key under the current master key.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js rewrap-data-keys

data-keys: ## Beside a `make run`: shows how far rotations are, and what each master key wraps, as lines of JSON.
	@$(NODE) deploy/bootstrap.js
	@exec $(NODE) deploy/dist/main.js data-keys

build: ## Installs packages where needed, and compiles.
	@$(NODE) deploy/bootstrap.js

fmt: ## Formats the sources.
	@$(NODE) deploy/bootstrap.js
	@npx biome format --write .

protos: ## Generates the types of the wire contracts.
	@$(NODE) deploy/bootstrap.js
	@npm run --silent generate -w protos
