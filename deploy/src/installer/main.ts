import { readFileSync } from 'node:fs'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { runProgram } from '@protectmyapi/service-kit/program/program'
import { keepCertificates } from './certificates/keep-certificates.js'
import { clusterConfig, databasesConfig, renewalConfig, testConfig } from './installer-config.js'
import { runMainJob } from './main-job/run-main-job.js'
import { prepareTrialDatabases } from './prepare-trial-databases.js'
import { fillTrialSecret } from './secrets/fill-trial-secret.js'
import { kubernetesSecrets } from './secrets/kubernetes-secrets.js'

const ABOUT = `installer certificates: issues and renews the services' certificates, in the Secrets that the chart names.
installer trial-secrets: makes missing passwords and a missing key file, for a trial.
installer databases: makes the databases and roles, for a trial.
installer test: sends one request through the proxy and checks it.`

const readFile = (path: string): string => readFileSync(path, 'utf8')

/** The commands that the chart's Jobs and its test run. */
await runProgram(process, {
  name: 'installer',
  about: ABOUT,
  describeEnvironment: () => 'The chart sets the variables that each command reads.',
  serve: () => {
    throw new ConfigError('Give a command. installer --help lists them.')
  },
  commands: {
    async certificates() {
      const { cluster, logLevel } = clusterConfig(process.env, readFile)
      const options = renewalConfig(process.env, Date.now())
      await keepCertificates(kubernetesSecrets(cluster), options, createLogger('installer', logLevel))
    },
    async 'trial-secrets'() {
      const { cluster, prefix, logLevel } = clusterConfig(process.env, readFile)
      await fillTrialSecret(kubernetesSecrets(cluster), `${prefix}-trial`, createLogger('installer', logLevel))
    },
    async databases() {
      await prepareTrialDatabases(databasesConfig(process.env), createLogger('installer', 'info'))
    },
    async test() {
      const log = createLogger('installer', 'info')
      await runMainJob(testConfig(process.env, readFile), (line) => log.info(line))
    },
  },
})
