#!/bin/sh
# The chart's alerts, as this host's Prometheus asks: standard input to standard output.
exec sed -e 's/SCOPE/namespace="protectmyapi"/g' -e 's|RUNBOOK|docs/operations.md|g'
