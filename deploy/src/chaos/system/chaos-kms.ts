import { z } from 'zod'
import type { Environment } from '../../system/environments.js'

/** A KMS that somebody else has started, and a master key of this run in it. */
export interface ChaosKms {
  /** On loopback. */
  readonly port: number
  /** Of a vault that reaches it by this port. */
  environment(port: number): Environment
}

const REGION = 'us-east-1'

const Created = z.object({ KeyMetadata: z.object({ Arn: z.string() }) })

/** @throws Error where it makes no key. */
export async function chaosKms(endpoint: string): Promise<ChaosKms> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.CreateKey',
      // LocalStack looks at the region in it, and at no signature.
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
