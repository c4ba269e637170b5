// Original file: protectmyapi/directory/v1/directory.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AdmitRequest as _protectmyapi_directory_v1_AdmitRequest, AdmitRequest__Output as _protectmyapi_directory_v1_AdmitRequest__Output } from '../../../protectmyapi/directory/v1/AdmitRequest.js';
import type { AdmitResponse as _protectmyapi_directory_v1_AdmitResponse, AdmitResponse__Output as _protectmyapi_directory_v1_AdmitResponse__Output } from '../../../protectmyapi/directory/v1/AdmitResponse.js';
import type { DrawQuotaRequest as _protectmyapi_directory_v1_DrawQuotaRequest, DrawQuotaRequest__Output as _protectmyapi_directory_v1_DrawQuotaRequest__Output } from '../../../protectmyapi/directory/v1/DrawQuotaRequest.js';
import type { DrawQuotaResponse as _protectmyapi_directory_v1_DrawQuotaResponse, DrawQuotaResponse__Output as _protectmyapi_directory_v1_DrawQuotaResponse__Output } from '../../../protectmyapi/directory/v1/DrawQuotaResponse.js';
import type { ExchangeAttestationRequest as _protectmyapi_directory_v1_ExchangeAttestationRequest, ExchangeAttestationRequest__Output as _protectmyapi_directory_v1_ExchangeAttestationRequest__Output } from '../../../protectmyapi/directory/v1/ExchangeAttestationRequest.js';
import type { ExchangeAttestationResponse as _protectmyapi_directory_v1_ExchangeAttestationResponse, ExchangeAttestationResponse__Output as _protectmyapi_directory_v1_ExchangeAttestationResponse__Output } from '../../../protectmyapi/directory/v1/ExchangeAttestationResponse.js';
import type { ExchangeDebugTokenRequest as _protectmyapi_directory_v1_ExchangeDebugTokenRequest, ExchangeDebugTokenRequest__Output as _protectmyapi_directory_v1_ExchangeDebugTokenRequest__Output } from '../../../protectmyapi/directory/v1/ExchangeDebugTokenRequest.js';
import type { ExchangeDebugTokenResponse as _protectmyapi_directory_v1_ExchangeDebugTokenResponse, ExchangeDebugTokenResponse__Output as _protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output } from '../../../protectmyapi/directory/v1/ExchangeDebugTokenResponse.js';
import type { IssueChallengeRequest as _protectmyapi_directory_v1_IssueChallengeRequest, IssueChallengeRequest__Output as _protectmyapi_directory_v1_IssueChallengeRequest__Output } from '../../../protectmyapi/directory/v1/IssueChallengeRequest.js';
import type { IssueChallengeResponse as _protectmyapi_directory_v1_IssueChallengeResponse, IssueChallengeResponse__Output as _protectmyapi_directory_v1_IssueChallengeResponse__Output } from '../../../protectmyapi/directory/v1/IssueChallengeResponse.js';
import type { ListSessionKeysRequest as _protectmyapi_directory_v1_ListSessionKeysRequest, ListSessionKeysRequest__Output as _protectmyapi_directory_v1_ListSessionKeysRequest__Output } from '../../../protectmyapi/directory/v1/ListSessionKeysRequest.js';
import type { ListSessionKeysResponse as _protectmyapi_directory_v1_ListSessionKeysResponse, ListSessionKeysResponse__Output as _protectmyapi_directory_v1_ListSessionKeysResponse__Output } from '../../../protectmyapi/directory/v1/ListSessionKeysResponse.js';
import type { RecordAccessRequest as _protectmyapi_directory_v1_RecordAccessRequest, RecordAccessRequest__Output as _protectmyapi_directory_v1_RecordAccessRequest__Output } from '../../../protectmyapi/directory/v1/RecordAccessRequest.js';
import type { RecordAccessResponse as _protectmyapi_directory_v1_RecordAccessResponse, RecordAccessResponse__Output as _protectmyapi_directory_v1_RecordAccessResponse__Output } from '../../../protectmyapi/directory/v1/RecordAccessResponse.js';
import type { ResolveRouteRequest as _protectmyapi_directory_v1_ResolveRouteRequest, ResolveRouteRequest__Output as _protectmyapi_directory_v1_ResolveRouteRequest__Output } from '../../../protectmyapi/directory/v1/ResolveRouteRequest.js';
import type { ResolveRouteResponse as _protectmyapi_directory_v1_ResolveRouteResponse, ResolveRouteResponse__Output as _protectmyapi_directory_v1_ResolveRouteResponse__Output } from '../../../protectmyapi/directory/v1/ResolveRouteResponse.js';
import type { ResolveSecretsRequest as _protectmyapi_directory_v1_ResolveSecretsRequest, ResolveSecretsRequest__Output as _protectmyapi_directory_v1_ResolveSecretsRequest__Output } from '../../../protectmyapi/directory/v1/ResolveSecretsRequest.js';
import type { ResolveSecretsResponse as _protectmyapi_directory_v1_ResolveSecretsResponse, ResolveSecretsResponse__Output as _protectmyapi_directory_v1_ResolveSecretsResponse__Output } from '../../../protectmyapi/directory/v1/ResolveSecretsResponse.js';
import type { SyncReply as _protectmyapi_directory_v1_SyncReply, SyncReply__Output as _protectmyapi_directory_v1_SyncReply__Output } from '../../../protectmyapi/directory/v1/SyncReply.js';
import type { SyncRequest as _protectmyapi_directory_v1_SyncRequest, SyncRequest__Output as _protectmyapi_directory_v1_SyncRequest__Output } from '../../../protectmyapi/directory/v1/SyncRequest.js';
import type { VerifyChainsRequest as _protectmyapi_directory_v1_VerifyChainsRequest, VerifyChainsRequest__Output as _protectmyapi_directory_v1_VerifyChainsRequest__Output } from '../../../protectmyapi/directory/v1/VerifyChainsRequest.js';
import type { VerifyChainsResponse as _protectmyapi_directory_v1_VerifyChainsResponse, VerifyChainsResponse__Output as _protectmyapi_directory_v1_VerifyChainsResponse__Output } from '../../../protectmyapi/directory/v1/VerifyChainsResponse.js';

export interface DirectoryClient extends grpc.Client {
  Admit(argument: _protectmyapi_directory_v1_AdmitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  Admit(argument: _protectmyapi_directory_v1_AdmitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  Admit(argument: _protectmyapi_directory_v1_AdmitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  Admit(argument: _protectmyapi_directory_v1_AdmitRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  admit(argument: _protectmyapi_directory_v1_AdmitRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  admit(argument: _protectmyapi_directory_v1_AdmitRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  admit(argument: _protectmyapi_directory_v1_AdmitRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  admit(argument: _protectmyapi_directory_v1_AdmitRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_AdmitResponse__Output>): grpc.ClientUnaryCall;
  
  DrawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  DrawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  DrawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  DrawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  drawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  drawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  drawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  drawQuota(argument: _protectmyapi_directory_v1_DrawQuotaRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_DrawQuotaResponse__Output>): grpc.ClientUnaryCall;
  
  ExchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  ExchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  ExchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  ExchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  exchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  exchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  exchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  exchangeAttestation(argument: _protectmyapi_directory_v1_ExchangeAttestationRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeAttestationResponse__Output>): grpc.ClientUnaryCall;
  
  ExchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  ExchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  ExchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  ExchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  exchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  exchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  exchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  exchangeDebugToken(argument: _protectmyapi_directory_v1_ExchangeDebugTokenRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>): grpc.ClientUnaryCall;
  
  IssueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  IssueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  IssueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  IssueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  issueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  issueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  issueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  issueChallenge(argument: _protectmyapi_directory_v1_IssueChallengeRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_IssueChallengeResponse__Output>): grpc.ClientUnaryCall;
  
  ListSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  ListSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  ListSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  ListSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  listSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  listSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  listSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  listSessionKeys(argument: _protectmyapi_directory_v1_ListSessionKeysRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ListSessionKeysResponse__Output>): grpc.ClientUnaryCall;
  
  RecordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  RecordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  RecordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  RecordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  recordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  recordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  recordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  recordAccess(argument: _protectmyapi_directory_v1_RecordAccessRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_RecordAccessResponse__Output>): grpc.ClientUnaryCall;
  
  ResolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  ResolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  ResolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  ResolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  resolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  resolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  resolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  resolveRoute(argument: _protectmyapi_directory_v1_ResolveRouteRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveRouteResponse__Output>): grpc.ClientUnaryCall;
  
  ResolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  ResolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  ResolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  ResolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  resolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  resolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  resolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  resolveSecrets(argument: _protectmyapi_directory_v1_ResolveSecretsRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_ResolveSecretsResponse__Output>): grpc.ClientUnaryCall;
  
  Sync(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncReply__Output>;
  Sync(options?: grpc.CallOptions): grpc.ClientDuplexStream<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncReply__Output>;
  sync(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncReply__Output>;
  sync(options?: grpc.CallOptions): grpc.ClientDuplexStream<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncReply__Output>;
  
  VerifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  VerifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  VerifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  VerifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  verifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  verifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  verifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  verifyChains(argument: _protectmyapi_directory_v1_VerifyChainsRequest, callback: grpc.requestCallback<_protectmyapi_directory_v1_VerifyChainsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface DirectoryHandlers extends grpc.UntypedServiceImplementation {
  Admit: grpc.handleUnaryCall<_protectmyapi_directory_v1_AdmitRequest__Output, _protectmyapi_directory_v1_AdmitResponse>;
  
  DrawQuota: grpc.handleUnaryCall<_protectmyapi_directory_v1_DrawQuotaRequest__Output, _protectmyapi_directory_v1_DrawQuotaResponse>;
  
  ExchangeAttestation: grpc.handleUnaryCall<_protectmyapi_directory_v1_ExchangeAttestationRequest__Output, _protectmyapi_directory_v1_ExchangeAttestationResponse>;
  
  ExchangeDebugToken: grpc.handleUnaryCall<_protectmyapi_directory_v1_ExchangeDebugTokenRequest__Output, _protectmyapi_directory_v1_ExchangeDebugTokenResponse>;
  
  IssueChallenge: grpc.handleUnaryCall<_protectmyapi_directory_v1_IssueChallengeRequest__Output, _protectmyapi_directory_v1_IssueChallengeResponse>;
  
  ListSessionKeys: grpc.handleUnaryCall<_protectmyapi_directory_v1_ListSessionKeysRequest__Output, _protectmyapi_directory_v1_ListSessionKeysResponse>;
  
  RecordAccess: grpc.handleUnaryCall<_protectmyapi_directory_v1_RecordAccessRequest__Output, _protectmyapi_directory_v1_RecordAccessResponse>;
  
  ResolveRoute: grpc.handleUnaryCall<_protectmyapi_directory_v1_ResolveRouteRequest__Output, _protectmyapi_directory_v1_ResolveRouteResponse>;
  
  ResolveSecrets: grpc.handleUnaryCall<_protectmyapi_directory_v1_ResolveSecretsRequest__Output, _protectmyapi_directory_v1_ResolveSecretsResponse>;
  
  Sync: grpc.handleBidiStreamingCall<_protectmyapi_directory_v1_SyncRequest__Output, _protectmyapi_directory_v1_SyncReply>;
  
  VerifyChains: grpc.handleUnaryCall<_protectmyapi_directory_v1_VerifyChainsRequest__Output, _protectmyapi_directory_v1_VerifyChainsResponse>;
  
}

export interface DirectoryDefinition extends grpc.ServiceDefinition {
  Admit: MethodDefinition<_protectmyapi_directory_v1_AdmitRequest, _protectmyapi_directory_v1_AdmitResponse, _protectmyapi_directory_v1_AdmitRequest__Output, _protectmyapi_directory_v1_AdmitResponse__Output>
  DrawQuota: MethodDefinition<_protectmyapi_directory_v1_DrawQuotaRequest, _protectmyapi_directory_v1_DrawQuotaResponse, _protectmyapi_directory_v1_DrawQuotaRequest__Output, _protectmyapi_directory_v1_DrawQuotaResponse__Output>
  ExchangeAttestation: MethodDefinition<_protectmyapi_directory_v1_ExchangeAttestationRequest, _protectmyapi_directory_v1_ExchangeAttestationResponse, _protectmyapi_directory_v1_ExchangeAttestationRequest__Output, _protectmyapi_directory_v1_ExchangeAttestationResponse__Output>
  ExchangeDebugToken: MethodDefinition<_protectmyapi_directory_v1_ExchangeDebugTokenRequest, _protectmyapi_directory_v1_ExchangeDebugTokenResponse, _protectmyapi_directory_v1_ExchangeDebugTokenRequest__Output, _protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>
  IssueChallenge: MethodDefinition<_protectmyapi_directory_v1_IssueChallengeRequest, _protectmyapi_directory_v1_IssueChallengeResponse, _protectmyapi_directory_v1_IssueChallengeRequest__Output, _protectmyapi_directory_v1_IssueChallengeResponse__Output>
  ListSessionKeys: MethodDefinition<_protectmyapi_directory_v1_ListSessionKeysRequest, _protectmyapi_directory_v1_ListSessionKeysResponse, _protectmyapi_directory_v1_ListSessionKeysRequest__Output, _protectmyapi_directory_v1_ListSessionKeysResponse__Output>
  RecordAccess: MethodDefinition<_protectmyapi_directory_v1_RecordAccessRequest, _protectmyapi_directory_v1_RecordAccessResponse, _protectmyapi_directory_v1_RecordAccessRequest__Output, _protectmyapi_directory_v1_RecordAccessResponse__Output>
  ResolveRoute: MethodDefinition<_protectmyapi_directory_v1_ResolveRouteRequest, _protectmyapi_directory_v1_ResolveRouteResponse, _protectmyapi_directory_v1_ResolveRouteRequest__Output, _protectmyapi_directory_v1_ResolveRouteResponse__Output>
  ResolveSecrets: MethodDefinition<_protectmyapi_directory_v1_ResolveSecretsRequest, _protectmyapi_directory_v1_ResolveSecretsResponse, _protectmyapi_directory_v1_ResolveSecretsRequest__Output, _protectmyapi_directory_v1_ResolveSecretsResponse__Output>
  Sync: MethodDefinition<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncReply, _protectmyapi_directory_v1_SyncRequest__Output, _protectmyapi_directory_v1_SyncReply__Output>
  VerifyChains: MethodDefinition<_protectmyapi_directory_v1_VerifyChainsRequest, _protectmyapi_directory_v1_VerifyChainsResponse, _protectmyapi_directory_v1_VerifyChainsRequest__Output, _protectmyapi_directory_v1_VerifyChainsResponse__Output>
}
