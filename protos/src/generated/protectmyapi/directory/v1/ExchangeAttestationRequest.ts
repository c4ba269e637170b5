// Original file: protectmyapi/directory/v1/directory.proto

import type { AppleRegistration as _protectmyapi_directory_v1_AppleRegistration, AppleRegistration__Output as _protectmyapi_directory_v1_AppleRegistration__Output } from '../../../protectmyapi/directory/v1/AppleRegistration.js';
import type { AppleAssertion as _protectmyapi_directory_v1_AppleAssertion, AppleAssertion__Output as _protectmyapi_directory_v1_AppleAssertion__Output } from '../../../protectmyapi/directory/v1/AppleAssertion.js';
import type { PlayIntegrityProof as _protectmyapi_directory_v1_PlayIntegrityProof, PlayIntegrityProof__Output as _protectmyapi_directory_v1_PlayIntegrityProof__Output } from '../../../protectmyapi/directory/v1/PlayIntegrityProof.js';
import type { AppCheckProof as _protectmyapi_directory_v1_AppCheckProof, AppCheckProof__Output as _protectmyapi_directory_v1_AppCheckProof__Output } from '../../../protectmyapi/directory/v1/AppCheckProof.js';

export interface ExchangeAttestationRequest {
  'sourceAddress'?: (string);
  'appleRegistration'?: (_protectmyapi_directory_v1_AppleRegistration | null);
  'appleAssertion'?: (_protectmyapi_directory_v1_AppleAssertion | null);
  'playIntegrity'?: (_protectmyapi_directory_v1_PlayIntegrityProof | null);
  'appCheck'?: (_protectmyapi_directory_v1_AppCheckProof | null);
  'proof'?: "appleRegistration"|"appleAssertion"|"playIntegrity"|"appCheck";
}

export interface ExchangeAttestationRequest__Output {
  'sourceAddress': (string);
  'appleRegistration'?: (_protectmyapi_directory_v1_AppleRegistration__Output | null);
  'appleAssertion'?: (_protectmyapi_directory_v1_AppleAssertion__Output | null);
  'playIntegrity'?: (_protectmyapi_directory_v1_PlayIntegrityProof__Output | null);
  'appCheck'?: (_protectmyapi_directory_v1_AppCheckProof__Output | null);
  'proof'?: "appleRegistration"|"appleAssertion"|"playIntegrity"|"appCheck";
}
