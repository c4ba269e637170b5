import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Bindings as _protectmyapi_vault_v1_Bindings, Bindings__Output as _protectmyapi_vault_v1_Bindings__Output } from './protectmyapi/vault/v1/Bindings.js';
import type { DescribeHeadRequest as _protectmyapi_vault_v1_DescribeHeadRequest, DescribeHeadRequest__Output as _protectmyapi_vault_v1_DescribeHeadRequest__Output } from './protectmyapi/vault/v1/DescribeHeadRequest.js';
import type { DescribeHeadResponse as _protectmyapi_vault_v1_DescribeHeadResponse, DescribeHeadResponse__Output as _protectmyapi_vault_v1_DescribeHeadResponse__Output } from './protectmyapi/vault/v1/DescribeHeadResponse.js';
import type { DescribeVersionsRequest as _protectmyapi_vault_v1_DescribeVersionsRequest, DescribeVersionsRequest__Output as _protectmyapi_vault_v1_DescribeVersionsRequest__Output } from './protectmyapi/vault/v1/DescribeVersionsRequest.js';
import type { DescribeVersionsResponse as _protectmyapi_vault_v1_DescribeVersionsResponse, DescribeVersionsResponse__Output as _protectmyapi_vault_v1_DescribeVersionsResponse__Output } from './protectmyapi/vault/v1/DescribeVersionsResponse.js';
import type { DestroyVersionsRequest as _protectmyapi_vault_v1_DestroyVersionsRequest, DestroyVersionsRequest__Output as _protectmyapi_vault_v1_DestroyVersionsRequest__Output } from './protectmyapi/vault/v1/DestroyVersionsRequest.js';
import type { DestroyVersionsResponse as _protectmyapi_vault_v1_DestroyVersionsResponse, DestroyVersionsResponse__Output as _protectmyapi_vault_v1_DestroyVersionsResponse__Output } from './protectmyapi/vault/v1/DestroyVersionsResponse.js';
import type { HeadKey as _protectmyapi_vault_v1_HeadKey, HeadKey__Output as _protectmyapi_vault_v1_HeadKey__Output } from './protectmyapi/vault/v1/HeadKey.js';
import type { Lease as _protectmyapi_vault_v1_Lease, Lease__Output as _protectmyapi_vault_v1_Lease__Output } from './protectmyapi/vault/v1/Lease.js';
import type { LeaseKey as _protectmyapi_vault_v1_LeaseKey, LeaseKey__Output as _protectmyapi_vault_v1_LeaseKey__Output } from './protectmyapi/vault/v1/LeaseKey.js';
import type { LeaseOperationalRequest as _protectmyapi_vault_v1_LeaseOperationalRequest, LeaseOperationalRequest__Output as _protectmyapi_vault_v1_LeaseOperationalRequest__Output } from './protectmyapi/vault/v1/LeaseOperationalRequest.js';
import type { LeaseOperationalResponse as _protectmyapi_vault_v1_LeaseOperationalResponse, LeaseOperationalResponse__Output as _protectmyapi_vault_v1_LeaseOperationalResponse__Output } from './protectmyapi/vault/v1/LeaseOperationalResponse.js';
import type { LeaseResult as _protectmyapi_vault_v1_LeaseResult, LeaseResult__Output as _protectmyapi_vault_v1_LeaseResult__Output } from './protectmyapi/vault/v1/LeaseResult.js';
import type { LeaseSecretsRequest as _protectmyapi_vault_v1_LeaseSecretsRequest, LeaseSecretsRequest__Output as _protectmyapi_vault_v1_LeaseSecretsRequest__Output } from './protectmyapi/vault/v1/LeaseSecretsRequest.js';
import type { LeaseSecretsResponse as _protectmyapi_vault_v1_LeaseSecretsResponse, LeaseSecretsResponse__Output as _protectmyapi_vault_v1_LeaseSecretsResponse__Output } from './protectmyapi/vault/v1/LeaseSecretsResponse.js';
import type { ListChainsRequest as _protectmyapi_vault_v1_ListChainsRequest, ListChainsRequest__Output as _protectmyapi_vault_v1_ListChainsRequest__Output } from './protectmyapi/vault/v1/ListChainsRequest.js';
import type { ListChainsResponse as _protectmyapi_vault_v1_ListChainsResponse, ListChainsResponse__Output as _protectmyapi_vault_v1_ListChainsResponse__Output } from './protectmyapi/vault/v1/ListChainsResponse.js';
import type { Placement as _protectmyapi_vault_v1_Placement, Placement__Output as _protectmyapi_vault_v1_Placement__Output } from './protectmyapi/vault/v1/Placement.js';
import type { PutSecretRequest as _protectmyapi_vault_v1_PutSecretRequest, PutSecretRequest__Output as _protectmyapi_vault_v1_PutSecretRequest__Output } from './protectmyapi/vault/v1/PutSecretRequest.js';
import type { PutSecretResponse as _protectmyapi_vault_v1_PutSecretResponse, PutSecretResponse__Output as _protectmyapi_vault_v1_PutSecretResponse__Output } from './protectmyapi/vault/v1/PutSecretResponse.js';
import type { ReencryptSecretsRequest as _protectmyapi_vault_v1_ReencryptSecretsRequest, ReencryptSecretsRequest__Output as _protectmyapi_vault_v1_ReencryptSecretsRequest__Output } from './protectmyapi/vault/v1/ReencryptSecretsRequest.js';
import type { ReencryptSecretsResponse as _protectmyapi_vault_v1_ReencryptSecretsResponse, ReencryptSecretsResponse__Output as _protectmyapi_vault_v1_ReencryptSecretsResponse__Output } from './protectmyapi/vault/v1/ReencryptSecretsResponse.js';
import type { RewrapDataKeysRequest as _protectmyapi_vault_v1_RewrapDataKeysRequest, RewrapDataKeysRequest__Output as _protectmyapi_vault_v1_RewrapDataKeysRequest__Output } from './protectmyapi/vault/v1/RewrapDataKeysRequest.js';
import type { RewrapDataKeysResponse as _protectmyapi_vault_v1_RewrapDataKeysResponse, RewrapDataKeysResponse__Output as _protectmyapi_vault_v1_RewrapDataKeysResponse__Output } from './protectmyapi/vault/v1/RewrapDataKeysResponse.js';
import type { RotateDataKeyRequest as _protectmyapi_vault_v1_RotateDataKeyRequest, RotateDataKeyRequest__Output as _protectmyapi_vault_v1_RotateDataKeyRequest__Output } from './protectmyapi/vault/v1/RotateDataKeyRequest.js';
import type { RotateDataKeyResponse as _protectmyapi_vault_v1_RotateDataKeyResponse, RotateDataKeyResponse__Output as _protectmyapi_vault_v1_RotateDataKeyResponse__Output } from './protectmyapi/vault/v1/RotateDataKeyResponse.js';
import type { SettleVersionRequest as _protectmyapi_vault_v1_SettleVersionRequest, SettleVersionRequest__Output as _protectmyapi_vault_v1_SettleVersionRequest__Output } from './protectmyapi/vault/v1/SettleVersionRequest.js';
import type { SettleVersionResponse as _protectmyapi_vault_v1_SettleVersionResponse, SettleVersionResponse__Output as _protectmyapi_vault_v1_SettleVersionResponse__Output } from './protectmyapi/vault/v1/SettleVersionResponse.js';
import type { ShredOrganizationRequest as _protectmyapi_vault_v1_ShredOrganizationRequest, ShredOrganizationRequest__Output as _protectmyapi_vault_v1_ShredOrganizationRequest__Output } from './protectmyapi/vault/v1/ShredOrganizationRequest.js';
import type { ShredOrganizationResponse as _protectmyapi_vault_v1_ShredOrganizationResponse, ShredOrganizationResponse__Output as _protectmyapi_vault_v1_ShredOrganizationResponse__Output } from './protectmyapi/vault/v1/ShredOrganizationResponse.js';
import type { SignHeadRequest as _protectmyapi_vault_v1_SignHeadRequest, SignHeadRequest__Output as _protectmyapi_vault_v1_SignHeadRequest__Output } from './protectmyapi/vault/v1/SignHeadRequest.js';
import type { SignHeadResponse as _protectmyapi_vault_v1_SignHeadResponse, SignHeadResponse__Output as _protectmyapi_vault_v1_SignHeadResponse__Output } from './protectmyapi/vault/v1/SignHeadResponse.js';
import type { SignedHead as _protectmyapi_vault_v1_SignedHead, SignedHead__Output as _protectmyapi_vault_v1_SignedHead__Output } from './protectmyapi/vault/v1/SignedHead.js';
import type { UnopenableVersion as _protectmyapi_vault_v1_UnopenableVersion, UnopenableVersion__Output as _protectmyapi_vault_v1_UnopenableVersion__Output } from './protectmyapi/vault/v1/UnopenableVersion.js';
import type { VaultClient as _protectmyapi_vault_v1_VaultClient, VaultDefinition as _protectmyapi_vault_v1_VaultDefinition } from './protectmyapi/vault/v1/Vault.js';
import type { VersionDescription as _protectmyapi_vault_v1_VersionDescription, VersionDescription__Output as _protectmyapi_vault_v1_VersionDescription__Output } from './protectmyapi/vault/v1/VersionDescription.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  protectmyapi: {
    vault: {
      v1: {
        Bindings: MessageTypeDefinition<_protectmyapi_vault_v1_Bindings, _protectmyapi_vault_v1_Bindings__Output>
        DescribeHeadRequest: MessageTypeDefinition<_protectmyapi_vault_v1_DescribeHeadRequest, _protectmyapi_vault_v1_DescribeHeadRequest__Output>
        DescribeHeadResponse: MessageTypeDefinition<_protectmyapi_vault_v1_DescribeHeadResponse, _protectmyapi_vault_v1_DescribeHeadResponse__Output>
        DescribeVersionsRequest: MessageTypeDefinition<_protectmyapi_vault_v1_DescribeVersionsRequest, _protectmyapi_vault_v1_DescribeVersionsRequest__Output>
        DescribeVersionsResponse: MessageTypeDefinition<_protectmyapi_vault_v1_DescribeVersionsResponse, _protectmyapi_vault_v1_DescribeVersionsResponse__Output>
        DestroyVersionsRequest: MessageTypeDefinition<_protectmyapi_vault_v1_DestroyVersionsRequest, _protectmyapi_vault_v1_DestroyVersionsRequest__Output>
        DestroyVersionsResponse: MessageTypeDefinition<_protectmyapi_vault_v1_DestroyVersionsResponse, _protectmyapi_vault_v1_DestroyVersionsResponse__Output>
        HeadKey: MessageTypeDefinition<_protectmyapi_vault_v1_HeadKey, _protectmyapi_vault_v1_HeadKey__Output>
        Lease: MessageTypeDefinition<_protectmyapi_vault_v1_Lease, _protectmyapi_vault_v1_Lease__Output>
        LeaseKey: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseKey, _protectmyapi_vault_v1_LeaseKey__Output>
        LeaseOperationalRequest: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseOperationalRequest, _protectmyapi_vault_v1_LeaseOperationalRequest__Output>
        LeaseOperationalResponse: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseOperationalResponse, _protectmyapi_vault_v1_LeaseOperationalResponse__Output>
        LeaseResult: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseResult, _protectmyapi_vault_v1_LeaseResult__Output>
        LeaseSecretsRequest: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseSecretsRequest, _protectmyapi_vault_v1_LeaseSecretsRequest__Output>
        LeaseSecretsResponse: MessageTypeDefinition<_protectmyapi_vault_v1_LeaseSecretsResponse, _protectmyapi_vault_v1_LeaseSecretsResponse__Output>
        ListChainsRequest: MessageTypeDefinition<_protectmyapi_vault_v1_ListChainsRequest, _protectmyapi_vault_v1_ListChainsRequest__Output>
        ListChainsResponse: MessageTypeDefinition<_protectmyapi_vault_v1_ListChainsResponse, _protectmyapi_vault_v1_ListChainsResponse__Output>
        Placement: MessageTypeDefinition<_protectmyapi_vault_v1_Placement, _protectmyapi_vault_v1_Placement__Output>
        Purpose: EnumTypeDefinition
        PutSecretRequest: MessageTypeDefinition<_protectmyapi_vault_v1_PutSecretRequest, _protectmyapi_vault_v1_PutSecretRequest__Output>
        PutSecretResponse: MessageTypeDefinition<_protectmyapi_vault_v1_PutSecretResponse, _protectmyapi_vault_v1_PutSecretResponse__Output>
        ReencryptSecretsRequest: MessageTypeDefinition<_protectmyapi_vault_v1_ReencryptSecretsRequest, _protectmyapi_vault_v1_ReencryptSecretsRequest__Output>
        ReencryptSecretsResponse: MessageTypeDefinition<_protectmyapi_vault_v1_ReencryptSecretsResponse, _protectmyapi_vault_v1_ReencryptSecretsResponse__Output>
        RewrapDataKeysRequest: MessageTypeDefinition<_protectmyapi_vault_v1_RewrapDataKeysRequest, _protectmyapi_vault_v1_RewrapDataKeysRequest__Output>
        RewrapDataKeysResponse: MessageTypeDefinition<_protectmyapi_vault_v1_RewrapDataKeysResponse, _protectmyapi_vault_v1_RewrapDataKeysResponse__Output>
        RotateDataKeyRequest: MessageTypeDefinition<_protectmyapi_vault_v1_RotateDataKeyRequest, _protectmyapi_vault_v1_RotateDataKeyRequest__Output>
        RotateDataKeyResponse: MessageTypeDefinition<_protectmyapi_vault_v1_RotateDataKeyResponse, _protectmyapi_vault_v1_RotateDataKeyResponse__Output>
        SettleVersionRequest: MessageTypeDefinition<_protectmyapi_vault_v1_SettleVersionRequest, _protectmyapi_vault_v1_SettleVersionRequest__Output>
        SettleVersionResponse: MessageTypeDefinition<_protectmyapi_vault_v1_SettleVersionResponse, _protectmyapi_vault_v1_SettleVersionResponse__Output>
        Settlement: EnumTypeDefinition
        ShredOrganizationRequest: MessageTypeDefinition<_protectmyapi_vault_v1_ShredOrganizationRequest, _protectmyapi_vault_v1_ShredOrganizationRequest__Output>
        ShredOrganizationResponse: MessageTypeDefinition<_protectmyapi_vault_v1_ShredOrganizationResponse, _protectmyapi_vault_v1_ShredOrganizationResponse__Output>
        SignHeadRequest: MessageTypeDefinition<_protectmyapi_vault_v1_SignHeadRequest, _protectmyapi_vault_v1_SignHeadRequest__Output>
        SignHeadResponse: MessageTypeDefinition<_protectmyapi_vault_v1_SignHeadResponse, _protectmyapi_vault_v1_SignHeadResponse__Output>
        SignedHead: MessageTypeDefinition<_protectmyapi_vault_v1_SignedHead, _protectmyapi_vault_v1_SignedHead__Output>
        UnopenableVersion: MessageTypeDefinition<_protectmyapi_vault_v1_UnopenableVersion, _protectmyapi_vault_v1_UnopenableVersion__Output>
        Vault: SubtypeConstructor<typeof grpc.Client, _protectmyapi_vault_v1_VaultClient> & { service: _protectmyapi_vault_v1_VaultDefinition }
        VersionDescription: MessageTypeDefinition<_protectmyapi_vault_v1_VersionDescription, _protectmyapi_vault_v1_VersionDescription__Output>
        VersionState: EnumTypeDefinition
      }
    }
  }
}

