#!/bin/sh
# Adapts the chart's alerts to this host's Prometheus: standard input to standard output.
exec sed -e 's/SCOPE/namespace="protectmyapi"/g' -e 's|RUNBOOK|docs/operations.md|g'
