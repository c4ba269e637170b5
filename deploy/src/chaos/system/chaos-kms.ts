import { z } from 'zod'
import type { Environment } from '../../system/environments.js'

/** A KMS that is already running, with a master key made for this run. */
export interface ChaosKms {
  /** The port on loopback. */
  readonly port: number
  /** The environment of a vault that reaches the KMS by this port. */
  environment(port: number): Environment
}

const REGION = 'us-east-1'

const Created = z.object({ KeyMetadata: z.object({ Arn: z.string() }) })

/** @throws Error where the KMS does not make a key. */
export async function chaosKms(endpoint: string): Promise<ChaosKms> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.CreateKey',
      // LocalStack reads the region from it, and checks no signature.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/kms/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: '{}',
  })
  const keyArn = Created.parse(await answer.json()).KeyMetadata.Arn
  return {
    port: Number(new URL(endpoint).port),
    environment: (port) => ({
      PMA_KMS: 'aws',
      PMA_KMS_KEY_ARN: keyArn,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    }),
  }
}
