// Original file: protectmyapi/vault/v1/vault.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DescribeHeadRequest as _protectmyapi_vault_v1_DescribeHeadRequest, DescribeHeadRequest__Output as _protectmyapi_vault_v1_DescribeHeadRequest__Output } from '../../../protectmyapi/vault/v1/DescribeHeadRequest.js';
import type { DescribeHeadResponse as _protectmyapi_vault_v1_DescribeHeadResponse, DescribeHeadResponse__Output as _protectmyapi_vault_v1_DescribeHeadResponse__Output } from '../../../protectmyapi/vault/v1/DescribeHeadResponse.js';
import type { DescribeVersionsRequest as _protectmyapi_vault_v1_DescribeVersionsRequest, DescribeVersionsRequest__Output as _protectmyapi_vault_v1_DescribeVersionsRequest__Output } from '../../../protectmyapi/vault/v1/DescribeVersionsRequest.js';
import type { DescribeVersionsResponse as _protectmyapi_vault_v1_DescribeVersionsResponse, DescribeVersionsResponse__Output as _protectmyapi_vault_v1_DescribeVersionsResponse__Output } from '../../../protectmyapi/vault/v1/DescribeVersionsResponse.js';
import type { DestroyVersionsRequest as _protectmyapi_vault_v1_DestroyVersionsRequest, DestroyVersionsRequest__Output as _protectmyapi_vault_v1_DestroyVersionsRequest__Output } from '../../../protectmyapi/vault/v1/DestroyVersionsRequest.js';
import type { DestroyVersionsResponse as _protectmyapi_vault_v1_DestroyVersionsResponse, DestroyVersionsResponse__Output as _protectmyapi_vault_v1_DestroyVersionsResponse__Output } from '../../../protectmyapi/vault/v1/DestroyVersionsResponse.js';
import type { LeaseOperationalRequest as _protectmyapi_vault_v1_LeaseOperationalRequest, LeaseOperationalRequest__Output as _protectmyapi_vault_v1_LeaseOperationalRequest__Output } from '../../../protectmyapi/vault/v1/LeaseOperationalRequest.js';
import type { LeaseOperationalResponse as _protectmyapi_vault_v1_LeaseOperationalResponse, LeaseOperationalResponse__Output as _protectmyapi_vault_v1_LeaseOperationalResponse__Output } from '../../../protectmyapi/vault/v1/LeaseOperationalResponse.js';
import type { LeaseSecretsRequest as _protectmyapi_vault_v1_LeaseSecretsRequest, LeaseSecretsRequest__Output as _protectmyapi_vault_v1_LeaseSecretsRequest__Output } from '../../../protectmyapi/vault/v1/LeaseSecretsRequest.js';
import type { LeaseSecretsResponse as _protectmyapi_vault_v1_LeaseSecretsResponse, LeaseSecretsResponse__Output as _protectmyapi_vault_v1_LeaseSecretsResponse__Output } from '../../../protectmyapi/vault/v1/LeaseSecretsResponse.js';
import type { ListChainsRequest as _protectmyapi_vault_v1_ListChainsRequest, ListChainsRequest__Output as _protectmyapi_vault_v1_ListChainsRequest__Output } from '../../../protectmyapi/vault/v1/ListChainsRequest.js';
import type { ListChainsResponse as _protectmyapi_vault_v1_ListChainsResponse, ListChainsResponse__Output as _protectmyapi_vault_v1_ListChainsResponse__Output } from '../../../protectmyapi/vault/v1/ListChainsResponse.js';
import type { PutSecretRequest as _protectmyapi_vault_v1_PutSecretRequest, PutSecretRequest__Output as _protectmyapi_vault_v1_PutSecretRequest__Output } from '../../../protectmyapi/vault/v1/PutSecretRequest.js';
import type { PutSecretResponse as _protectmyapi_vault_v1_PutSecretResponse, PutSecretResponse__Output as _protectmyapi_vault_v1_PutSecretResponse__Output } from '../../../protectmyapi/vault/v1/PutSecretResponse.js';
import type { ReencryptSecretsRequest as _protectmyapi_vault_v1_ReencryptSecretsRequest, ReencryptSecretsRequest__Output as _protectmyapi_vault_v1_ReencryptSecretsRequest__Output } from '../../../protectmyapi/vault/v1/ReencryptSecretsRequest.js';
import type { ReencryptSecretsResponse as _protectmyapi_vault_v1_ReencryptSecretsResponse, ReencryptSecretsResponse__Output as _protectmyapi_vault_v1_ReencryptSecretsResponse__Output } from '../../../protectmyapi/vault/v1/ReencryptSecretsResponse.js';
import type { RewrapDataKeysRequest as _protectmyapi_vault_v1_RewrapDataKeysRequest, RewrapDataKeysRequest__Output as _protectmyapi_vault_v1_RewrapDataKeysRequest__Output } from '../../../protectmyapi/vault/v1/RewrapDataKeysRequest.js';
import type { RewrapDataKeysResponse as _protectmyapi_vault_v1_RewrapDataKeysResponse, RewrapDataKeysResponse__Output as _protectmyapi_vault_v1_RewrapDataKeysResponse__Output } from '../../../protectmyapi/vault/v1/RewrapDataKeysResponse.js';
import type { RotateDataKeyRequest as _protectmyapi_vault_v1_RotateDataKeyRequest, RotateDataKeyRequest__Output as _protectmyapi_vault_v1_RotateDataKeyRequest__Output } from '../../../protectmyapi/vault/v1/RotateDataKeyRequest.js';
import type { RotateDataKeyResponse as _protectmyapi_vault_v1_RotateDataKeyResponse, RotateDataKeyResponse__Output as _protectmyapi_vault_v1_RotateDataKeyResponse__Output } from '../../../protectmyapi/vault/v1/RotateDataKeyResponse.js';
import type { SettleVersionRequest as _protectmyapi_vault_v1_SettleVersionRequest, SettleVersionRequest__Output as _protectmyapi_vault_v1_SettleVersionRequest__Output } from '../../../protectmyapi/vault/v1/SettleVersionRequest.js';
import type { SettleVersionResponse as _protectmyapi_vault_v1_SettleVersionResponse, SettleVersionResponse__Output as _protectmyapi_vault_v1_SettleVersionResponse__Output } from '../../../protectmyapi/vault/v1/SettleVersionResponse.js';
import type { ShredOrganizationRequest as _protectmyapi_vault_v1_ShredOrganizationRequest, ShredOrganizationRequest__Output as _protectmyapi_vault_v1_ShredOrganizationRequest__Output } from '../../../protectmyapi/vault/v1/ShredOrganizationRequest.js';
import type { ShredOrganizationResponse as _protectmyapi_vault_v1_ShredOrganizationResponse, ShredOrganizationResponse__Output as _protectmyapi_vault_v1_ShredOrganizationResponse__Output } from '../../../protectmyapi/vault/v1/ShredOrganizationResponse.js';
import type { SignHeadRequest as _protectmyapi_vault_v1_SignHeadRequest, SignHeadRequest__Output as _protectmyapi_vault_v1_SignHeadRequest__Output } from '../../../protectmyapi/vault/v1/SignHeadRequest.js';
import type { SignHeadResponse as _protectmyapi_vault_v1_SignHeadResponse, SignHeadResponse__Output as _protectmyapi_vault_v1_SignHeadResponse__Output } from '../../../protectmyapi/vault/v1/SignHeadResponse.js';

export interface VaultClient extends grpc.Client {
  DescribeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  DescribeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  DescribeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  DescribeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  describeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  describeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  describeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  describeHead(argument: _protectmyapi_vault_v1_DescribeHeadRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeHeadResponse__Output>): grpc.ClientUnaryCall;
  
  DescribeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  DescribeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  DescribeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  DescribeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  describeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  describeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  describeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  describeVersions(argument: _protectmyapi_vault_v1_DescribeVersionsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DescribeVersionsResponse__Output>): grpc.ClientUnaryCall;
  
  DestroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  DestroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  DestroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  DestroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  destroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  destroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  destroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  destroyVersions(argument: _protectmyapi_vault_v1_DestroyVersionsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_DestroyVersionsResponse__Output>): grpc.ClientUnaryCall;
  
  LeaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  LeaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  LeaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  LeaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  leaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  leaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  leaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  leaseOperational(argument: _protectmyapi_vault_v1_LeaseOperationalRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseOperationalResponse__Output>): grpc.ClientUnaryCall;
  
  LeaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  LeaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  LeaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  LeaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  leaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  leaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  leaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  leaseSecrets(argument: _protectmyapi_vault_v1_LeaseSecretsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_LeaseSecretsResponse__Output>): grpc.ClientUnaryCall;
  
  ListChains(argument: _protectmyapi_vault_v1_ListChainsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  ListChains(argument: _protectmyapi_vault_v1_ListChainsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  ListChains(argument: _protectmyapi_vault_v1_ListChainsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  ListChains(argument: _protectmyapi_vault_v1_ListChainsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  listChains(argument: _protectmyapi_vault_v1_ListChainsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  listChains(argument: _protectmyapi_vault_v1_ListChainsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  listChains(argument: _protectmyapi_vault_v1_ListChainsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  listChains(argument: _protectmyapi_vault_v1_ListChainsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ListChainsResponse__Output>): grpc.ClientUnaryCall;
  
  PutSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  PutSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  PutSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  PutSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  putSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  putSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  putSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  putSecret(argument: _protectmyapi_vault_v1_PutSecretRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_PutSecretResponse__Output>): grpc.ClientUnaryCall;
  
  ReencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  ReencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  ReencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  ReencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  reencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  reencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  reencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  reencryptSecrets(argument: _protectmyapi_vault_v1_ReencryptSecretsRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ReencryptSecretsResponse__Output>): grpc.ClientUnaryCall;
  
  RewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  RewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  RewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  RewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  rewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  rewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  rewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  rewrapDataKeys(argument: _protectmyapi_vault_v1_RewrapDataKeysRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_RewrapDataKeysResponse__Output>): grpc.ClientUnaryCall;
  
  RotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  RotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  RotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  RotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  rotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  rotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  rotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  rotateDataKey(argument: _protectmyapi_vault_v1_RotateDataKeyRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_RotateDataKeyResponse__Output>): grpc.ClientUnaryCall;
  
  SettleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  SettleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  SettleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  SettleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  settleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  settleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  settleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  settleVersion(argument: _protectmyapi_vault_v1_SettleVersionRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_SettleVersionResponse__Output>): grpc.ClientUnaryCall;
  
  ShredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  ShredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  ShredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  ShredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  shredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  shredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  shredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  shredOrganization(argument: _protectmyapi_vault_v1_ShredOrganizationRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_ShredOrganizationResponse__Output>): grpc.ClientUnaryCall;
  
  SignHead(argument: _protectmyapi_vault_v1_SignHeadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  SignHead(argument: _protectmyapi_vault_v1_SignHeadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  SignHead(argument: _protectmyapi_vault_v1_SignHeadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  SignHead(argument: _protectmyapi_vault_v1_SignHeadRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  signHead(argument: _protectmyapi_vault_v1_SignHeadRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  signHead(argument: _protectmyapi_vault_v1_SignHeadRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  signHead(argument: _protectmyapi_vault_v1_SignHeadRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  signHead(argument: _protectmyapi_vault_v1_SignHeadRequest, callback: grpc.requestCallback<_protectmyapi_vault_v1_SignHeadResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface VaultHandlers extends grpc.UntypedServiceImplementation {
  DescribeHead: grpc.handleUnaryCall<_protectmyapi_vault_v1_DescribeHeadRequest__Output, _protectmyapi_vault_v1_DescribeHeadResponse>;
  
  DescribeVersions: grpc.handleUnaryCall<_protectmyapi_vault_v1_DescribeVersionsRequest__Output, _protectmyapi_vault_v1_DescribeVersionsResponse>;
  
  DestroyVersions: grpc.handleUnaryCall<_protectmyapi_vault_v1_DestroyVersionsRequest__Output, _protectmyapi_vault_v1_DestroyVersionsResponse>;
  
  LeaseOperational: grpc.handleUnaryCall<_protectmyapi_vault_v1_LeaseOperationalRequest__Output, _protectmyapi_vault_v1_LeaseOperationalResponse>;
  
  LeaseSecrets: grpc.handleUnaryCall<_protectmyapi_vault_v1_LeaseSecretsRequest__Output, _protectmyapi_vault_v1_LeaseSecretsResponse>;
  
  ListChains: grpc.handleUnaryCall<_protectmyapi_vault_v1_ListChainsRequest__Output, _protectmyapi_vault_v1_ListChainsResponse>;
  
  PutSecret: grpc.handleUnaryCall<_protectmyapi_vault_v1_PutSecretRequest__Output, _protectmyapi_vault_v1_PutSecretResponse>;
  
  ReencryptSecrets: grpc.handleUnaryCall<_protectmyapi_vault_v1_ReencryptSecretsRequest__Output, _protectmyapi_vault_v1_ReencryptSecretsResponse>;
  
  RewrapDataKeys: grpc.handleUnaryCall<_protectmyapi_vault_v1_RewrapDataKeysRequest__Output, _protectmyapi_vault_v1_RewrapDataKeysResponse>;
  
  RotateDataKey: grpc.handleUnaryCall<_protectmyapi_vault_v1_RotateDataKeyRequest__Output, _protectmyapi_vault_v1_RotateDataKeyResponse>;
  
  SettleVersion: grpc.handleUnaryCall<_protectmyapi_vault_v1_SettleVersionRequest__Output, _protectmyapi_vault_v1_SettleVersionResponse>;
  
  ShredOrganization: grpc.handleUnaryCall<_protectmyapi_vault_v1_ShredOrganizationRequest__Output, _protectmyapi_vault_v1_ShredOrganizationResponse>;
  
  SignHead: grpc.handleUnaryCall<_protectmyapi_vault_v1_SignHeadRequest__Output, _protectmyapi_vault_v1_SignHeadResponse>;
  
}

export interface VaultDefinition extends grpc.ServiceDefinition {
  DescribeHead: MethodDefinition<_protectmyapi_vault_v1_DescribeHeadRequest, _protectmyapi_vault_v1_DescribeHeadResponse, _protectmyapi_vault_v1_DescribeHeadRequest__Output, _protectmyapi_vault_v1_DescribeHeadResponse__Output>
  DescribeVersions: MethodDefinition<_protectmyapi_vault_v1_DescribeVersionsRequest, _protectmyapi_vault_v1_DescribeVersionsResponse, _protectmyapi_vault_v1_DescribeVersionsRequest__Output, _protectmyapi_vault_v1_DescribeVersionsResponse__Output>
  DestroyVersions: MethodDefinition<_protectmyapi_vault_v1_DestroyVersionsRequest, _protectmyapi_vault_v1_DestroyVersionsResponse, _protectmyapi_vault_v1_DestroyVersionsRequest__Output, _protectmyapi_vault_v1_DestroyVersionsResponse__Output>
  LeaseOperational: MethodDefinition<_protectmyapi_vault_v1_LeaseOperationalRequest, _protectmyapi_vault_v1_LeaseOperationalResponse, _protectmyapi_vault_v1_LeaseOperationalRequest__Output, _protectmyapi_vault_v1_LeaseOperationalResponse__Output>
  LeaseSecrets: MethodDefinition<_protectmyapi_vault_v1_LeaseSecretsRequest, _protectmyapi_vault_v1_LeaseSecretsResponse, _protectmyapi_vault_v1_LeaseSecretsRequest__Output, _protectmyapi_vault_v1_LeaseSecretsResponse__Output>
  ListChains: MethodDefinition<_protectmyapi_vault_v1_ListChainsRequest, _protectmyapi_vault_v1_ListChainsResponse, _protectmyapi_vault_v1_ListChainsRequest__Output, _protectmyapi_vault_v1_ListChainsResponse__Output>
  PutSecret: MethodDefinition<_protectmyapi_vault_v1_PutSecretRequest, _protectmyapi_vault_v1_PutSecretResponse, _protectmyapi_vault_v1_PutSecretRequest__Output, _protectmyapi_vault_v1_PutSecretResponse__Output>
  ReencryptSecrets: MethodDefinition<_protectmyapi_vault_v1_ReencryptSecretsRequest, _protectmyapi_vault_v1_ReencryptSecretsResponse, _protectmyapi_vault_v1_ReencryptSecretsRequest__Output, _protectmyapi_vault_v1_ReencryptSecretsResponse__Output>
  RewrapDataKeys: MethodDefinition<_protectmyapi_vault_v1_RewrapDataKeysRequest, _protectmyapi_vault_v1_RewrapDataKeysResponse, _protectmyapi_vault_v1_RewrapDataKeysRequest__Output, _protectmyapi_vault_v1_RewrapDataKeysResponse__Output>
  RotateDataKey: MethodDefinition<_protectmyapi_vault_v1_RotateDataKeyRequest, _protectmyapi_vault_v1_RotateDataKeyResponse, _protectmyapi_vault_v1_RotateDataKeyRequest__Output, _protectmyapi_vault_v1_RotateDataKeyResponse__Output>
  SettleVersion: MethodDefinition<_protectmyapi_vault_v1_SettleVersionRequest, _protectmyapi_vault_v1_SettleVersionResponse, _protectmyapi_vault_v1_SettleVersionRequest__Output, _protectmyapi_vault_v1_SettleVersionResponse__Output>
  ShredOrganization: MethodDefinition<_protectmyapi_vault_v1_ShredOrganizationRequest, _protectmyapi_vault_v1_ShredOrganizationResponse, _protectmyapi_vault_v1_ShredOrganizationRequest__Output, _protectmyapi_vault_v1_ShredOrganizationResponse__Output>
  SignHead: MethodDefinition<_protectmyapi_vault_v1_SignHeadRequest, _protectmyapi_vault_v1_SignHeadResponse, _protectmyapi_vault_v1_SignHeadRequest__Output, _protectmyapi_vault_v1_SignHeadResponse__Output>
}
