import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AccessEntry as _protectmyapi_directory_v1_AccessEntry, AccessEntry__Output as _protectmyapi_directory_v1_AccessEntry__Output } from './protectmyapi/directory/v1/AccessEntry.js';
import type { AccessOutcome as _protectmyapi_directory_v1_AccessOutcome, AccessOutcome__Output as _protectmyapi_directory_v1_AccessOutcome__Output } from './protectmyapi/directory/v1/AccessOutcome.js';
import type { AccessSubject as _protectmyapi_directory_v1_AccessSubject, AccessSubject__Output as _protectmyapi_directory_v1_AccessSubject__Output } from './protectmyapi/directory/v1/AccessSubject.js';
import type { Admission as _protectmyapi_directory_v1_Admission, Admission__Output as _protectmyapi_directory_v1_Admission__Output } from './protectmyapi/directory/v1/Admission.js';
import type { AdmitRequest as _protectmyapi_directory_v1_AdmitRequest, AdmitRequest__Output as _protectmyapi_directory_v1_AdmitRequest__Output } from './protectmyapi/directory/v1/AdmitRequest.js';
import type { AdmitResponse as _protectmyapi_directory_v1_AdmitResponse, AdmitResponse__Output as _protectmyapi_directory_v1_AdmitResponse__Output } from './protectmyapi/directory/v1/AdmitResponse.js';
import type { Admitted as _protectmyapi_directory_v1_Admitted, Admitted__Output as _protectmyapi_directory_v1_Admitted__Output } from './protectmyapi/directory/v1/Admitted.js';
import type { AppCheckProof as _protectmyapi_directory_v1_AppCheckProof, AppCheckProof__Output as _protectmyapi_directory_v1_AppCheckProof__Output } from './protectmyapi/directory/v1/AppCheckProof.js';
import type { AppleAssertion as _protectmyapi_directory_v1_AppleAssertion, AppleAssertion__Output as _protectmyapi_directory_v1_AppleAssertion__Output } from './protectmyapi/directory/v1/AppleAssertion.js';
import type { AppleRegistration as _protectmyapi_directory_v1_AppleRegistration, AppleRegistration__Output as _protectmyapi_directory_v1_AppleRegistration__Output } from './protectmyapi/directory/v1/AppleRegistration.js';
import type { Bucket as _protectmyapi_directory_v1_Bucket, Bucket__Output as _protectmyapi_directory_v1_Bucket__Output } from './protectmyapi/directory/v1/Bucket.js';
import type { Decision as _protectmyapi_directory_v1_Decision, Decision__Output as _protectmyapi_directory_v1_Decision__Output } from './protectmyapi/directory/v1/Decision.js';
import type { DirectoryClient as _protectmyapi_directory_v1_DirectoryClient, DirectoryDefinition as _protectmyapi_directory_v1_DirectoryDefinition } from './protectmyapi/directory/v1/Directory.js';
import type { DrawQuotaRequest as _protectmyapi_directory_v1_DrawQuotaRequest, DrawQuotaRequest__Output as _protectmyapi_directory_v1_DrawQuotaRequest__Output } from './protectmyapi/directory/v1/DrawQuotaRequest.js';
import type { DrawQuotaResponse as _protectmyapi_directory_v1_DrawQuotaResponse, DrawQuotaResponse__Output as _protectmyapi_directory_v1_DrawQuotaResponse__Output } from './protectmyapi/directory/v1/DrawQuotaResponse.js';
import type { ExchangeAttestationRequest as _protectmyapi_directory_v1_ExchangeAttestationRequest, ExchangeAttestationRequest__Output as _protectmyapi_directory_v1_ExchangeAttestationRequest__Output } from './protectmyapi/directory/v1/ExchangeAttestationRequest.js';
import type { ExchangeAttestationResponse as _protectmyapi_directory_v1_ExchangeAttestationResponse, ExchangeAttestationResponse__Output as _protectmyapi_directory_v1_ExchangeAttestationResponse__Output } from './protectmyapi/directory/v1/ExchangeAttestationResponse.js';
import type { ExchangeDebugTokenRequest as _protectmyapi_directory_v1_ExchangeDebugTokenRequest, ExchangeDebugTokenRequest__Output as _protectmyapi_directory_v1_ExchangeDebugTokenRequest__Output } from './protectmyapi/directory/v1/ExchangeDebugTokenRequest.js';
import type { ExchangeDebugTokenResponse as _protectmyapi_directory_v1_ExchangeDebugTokenResponse, ExchangeDebugTokenResponse__Output as _protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output } from './protectmyapi/directory/v1/ExchangeDebugTokenResponse.js';
import type { FeedRow as _protectmyapi_directory_v1_FeedRow, FeedRow__Output as _protectmyapi_directory_v1_FeedRow__Output } from './protectmyapi/directory/v1/FeedRow.js';
import type { GrantedSecret as _protectmyapi_directory_v1_GrantedSecret, GrantedSecret__Output as _protectmyapi_directory_v1_GrantedSecret__Output } from './protectmyapi/directory/v1/GrantedSecret.js';
import type { InjectedField as _protectmyapi_directory_v1_InjectedField, InjectedField__Output as _protectmyapi_directory_v1_InjectedField__Output } from './protectmyapi/directory/v1/InjectedField.js';
import type { Injection as _protectmyapi_directory_v1_Injection, Injection__Output as _protectmyapi_directory_v1_Injection__Output } from './protectmyapi/directory/v1/Injection.js';
import type { IssueChallengeRequest as _protectmyapi_directory_v1_IssueChallengeRequest, IssueChallengeRequest__Output as _protectmyapi_directory_v1_IssueChallengeRequest__Output } from './protectmyapi/directory/v1/IssueChallengeRequest.js';
import type { IssueChallengeResponse as _protectmyapi_directory_v1_IssueChallengeResponse, IssueChallengeResponse__Output as _protectmyapi_directory_v1_IssueChallengeResponse__Output } from './protectmyapi/directory/v1/IssueChallengeResponse.js';
import type { Label as _protectmyapi_directory_v1_Label, Label__Output as _protectmyapi_directory_v1_Label__Output } from './protectmyapi/directory/v1/Label.js';
import type { Limit as _protectmyapi_directory_v1_Limit, Limit__Output as _protectmyapi_directory_v1_Limit__Output } from './protectmyapi/directory/v1/Limit.js';
import type { Limited as _protectmyapi_directory_v1_Limited, Limited__Output as _protectmyapi_directory_v1_Limited__Output } from './protectmyapi/directory/v1/Limited.js';
import type { ListSessionKeysRequest as _protectmyapi_directory_v1_ListSessionKeysRequest, ListSessionKeysRequest__Output as _protectmyapi_directory_v1_ListSessionKeysRequest__Output } from './protectmyapi/directory/v1/ListSessionKeysRequest.js';
import type { ListSessionKeysResponse as _protectmyapi_directory_v1_ListSessionKeysResponse, ListSessionKeysResponse__Output as _protectmyapi_directory_v1_ListSessionKeysResponse__Output } from './protectmyapi/directory/v1/ListSessionKeysResponse.js';
import type { PlayIntegrityProof as _protectmyapi_directory_v1_PlayIntegrityProof, PlayIntegrityProof__Output as _protectmyapi_directory_v1_PlayIntegrityProof__Output } from './protectmyapi/directory/v1/PlayIntegrityProof.js';
import type { Quota as _protectmyapi_directory_v1_Quota, Quota__Output as _protectmyapi_directory_v1_Quota__Output } from './protectmyapi/directory/v1/Quota.js';
import type { QuotaBlock as _protectmyapi_directory_v1_QuotaBlock, QuotaBlock__Output as _protectmyapi_directory_v1_QuotaBlock__Output } from './protectmyapi/directory/v1/QuotaBlock.js';
import type { QuotaCounter as _protectmyapi_directory_v1_QuotaCounter, QuotaCounter__Output as _protectmyapi_directory_v1_QuotaCounter__Output } from './protectmyapi/directory/v1/QuotaCounter.js';
import type { QuotaDraw as _protectmyapi_directory_v1_QuotaDraw, QuotaDraw__Output as _protectmyapi_directory_v1_QuotaDraw__Output } from './protectmyapi/directory/v1/QuotaDraw.js';
import type { QuotaReturn as _protectmyapi_directory_v1_QuotaReturn, QuotaReturn__Output as _protectmyapi_directory_v1_QuotaReturn__Output } from './protectmyapi/directory/v1/QuotaReturn.js';
import type { RecordAccessRequest as _protectmyapi_directory_v1_RecordAccessRequest, RecordAccessRequest__Output as _protectmyapi_directory_v1_RecordAccessRequest__Output } from './protectmyapi/directory/v1/RecordAccessRequest.js';
import type { RecordAccessResponse as _protectmyapi_directory_v1_RecordAccessResponse, RecordAccessResponse__Output as _protectmyapi_directory_v1_RecordAccessResponse__Output } from './protectmyapi/directory/v1/RecordAccessResponse.js';
import type { ResolveRouteRequest as _protectmyapi_directory_v1_ResolveRouteRequest, ResolveRouteRequest__Output as _protectmyapi_directory_v1_ResolveRouteRequest__Output } from './protectmyapi/directory/v1/ResolveRouteRequest.js';
import type { ResolveRouteResponse as _protectmyapi_directory_v1_ResolveRouteResponse, ResolveRouteResponse__Output as _protectmyapi_directory_v1_ResolveRouteResponse__Output } from './protectmyapi/directory/v1/ResolveRouteResponse.js';
import type { ResolveSecretsRequest as _protectmyapi_directory_v1_ResolveSecretsRequest, ResolveSecretsRequest__Output as _protectmyapi_directory_v1_ResolveSecretsRequest__Output } from './protectmyapi/directory/v1/ResolveSecretsRequest.js';
import type { ResolveSecretsResponse as _protectmyapi_directory_v1_ResolveSecretsResponse, ResolveSecretsResponse__Output as _protectmyapi_directory_v1_ResolveSecretsResponse__Output } from './protectmyapi/directory/v1/ResolveSecretsResponse.js';
import type { ResolvedSecret as _protectmyapi_directory_v1_ResolvedSecret, ResolvedSecret__Output as _protectmyapi_directory_v1_ResolvedSecret__Output } from './protectmyapi/directory/v1/ResolvedSecret.js';
import type { SyncAnswer as _protectmyapi_directory_v1_SyncAnswer, SyncAnswer__Output as _protectmyapi_directory_v1_SyncAnswer__Output } from './protectmyapi/directory/v1/SyncAnswer.js';
import type { SyncReply as _protectmyapi_directory_v1_SyncReply, SyncReply__Output as _protectmyapi_directory_v1_SyncReply__Output } from './protectmyapi/directory/v1/SyncReply.js';
import type { SyncRequest as _protectmyapi_directory_v1_SyncRequest, SyncRequest__Output as _protectmyapi_directory_v1_SyncRequest__Output } from './protectmyapi/directory/v1/SyncRequest.js';
import type { Target as _protectmyapi_directory_v1_Target, Target__Output as _protectmyapi_directory_v1_Target__Output } from './protectmyapi/directory/v1/Target.js';
import type { Template as _protectmyapi_directory_v1_Template, Template__Output as _protectmyapi_directory_v1_Template__Output } from './protectmyapi/directory/v1/Template.js';
import type { TemplatePart as _protectmyapi_directory_v1_TemplatePart, TemplatePart__Output as _protectmyapi_directory_v1_TemplatePart__Output } from './protectmyapi/directory/v1/TemplatePart.js';
import type { VerifyChainsRequest as _protectmyapi_directory_v1_VerifyChainsRequest, VerifyChainsRequest__Output as _protectmyapi_directory_v1_VerifyChainsRequest__Output } from './protectmyapi/directory/v1/VerifyChainsRequest.js';
import type { VerifyChainsResponse as _protectmyapi_directory_v1_VerifyChainsResponse, VerifyChainsResponse__Output as _protectmyapi_directory_v1_VerifyChainsResponse__Output } from './protectmyapi/directory/v1/VerifyChainsResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  protectmyapi: {
    directory: {
      v1: {
        AccessEntry: MessageTypeDefinition<_protectmyapi_directory_v1_AccessEntry, _protectmyapi_directory_v1_AccessEntry__Output>
        AccessOutcome: MessageTypeDefinition<_protectmyapi_directory_v1_AccessOutcome, _protectmyapi_directory_v1_AccessOutcome__Output>
        AccessSubject: MessageTypeDefinition<_protectmyapi_directory_v1_AccessSubject, _protectmyapi_directory_v1_AccessSubject__Output>
        Admission: MessageTypeDefinition<_protectmyapi_directory_v1_Admission, _protectmyapi_directory_v1_Admission__Output>
        AdmitRequest: MessageTypeDefinition<_protectmyapi_directory_v1_AdmitRequest, _protectmyapi_directory_v1_AdmitRequest__Output>
        AdmitResponse: MessageTypeDefinition<_protectmyapi_directory_v1_AdmitResponse, _protectmyapi_directory_v1_AdmitResponse__Output>
        Admitted: MessageTypeDefinition<_protectmyapi_directory_v1_Admitted, _protectmyapi_directory_v1_Admitted__Output>
        AppCheckProof: MessageTypeDefinition<_protectmyapi_directory_v1_AppCheckProof, _protectmyapi_directory_v1_AppCheckProof__Output>
        AppleAssertion: MessageTypeDefinition<_protectmyapi_directory_v1_AppleAssertion, _protectmyapi_directory_v1_AppleAssertion__Output>
        AppleRegistration: MessageTypeDefinition<_protectmyapi_directory_v1_AppleRegistration, _protectmyapi_directory_v1_AppleRegistration__Output>
        Bucket: MessageTypeDefinition<_protectmyapi_directory_v1_Bucket, _protectmyapi_directory_v1_Bucket__Output>
        Decision: MessageTypeDefinition<_protectmyapi_directory_v1_Decision, _protectmyapi_directory_v1_Decision__Output>
        Directory: SubtypeConstructor<typeof grpc.Client, _protectmyapi_directory_v1_DirectoryClient> & { service: _protectmyapi_directory_v1_DirectoryDefinition }
        DrawQuotaRequest: MessageTypeDefinition<_protectmyapi_directory_v1_DrawQuotaRequest, _protectmyapi_directory_v1_DrawQuotaRequest__Output>
        DrawQuotaResponse: MessageTypeDefinition<_protectmyapi_directory_v1_DrawQuotaResponse, _protectmyapi_directory_v1_DrawQuotaResponse__Output>
        EntryKind: EnumTypeDefinition
        ExchangeAttestationRequest: MessageTypeDefinition<_protectmyapi_directory_v1_ExchangeAttestationRequest, _protectmyapi_directory_v1_ExchangeAttestationRequest__Output>
        ExchangeAttestationResponse: MessageTypeDefinition<_protectmyapi_directory_v1_ExchangeAttestationResponse, _protectmyapi_directory_v1_ExchangeAttestationResponse__Output>
        ExchangeDebugTokenRequest: MessageTypeDefinition<_protectmyapi_directory_v1_ExchangeDebugTokenRequest, _protectmyapi_directory_v1_ExchangeDebugTokenRequest__Output>
        ExchangeDebugTokenResponse: MessageTypeDefinition<_protectmyapi_directory_v1_ExchangeDebugTokenResponse, _protectmyapi_directory_v1_ExchangeDebugTokenResponse__Output>
        FeedKind: EnumTypeDefinition
        FeedRow: MessageTypeDefinition<_protectmyapi_directory_v1_FeedRow, _protectmyapi_directory_v1_FeedRow__Output>
        GrantedSecret: MessageTypeDefinition<_protectmyapi_directory_v1_GrantedSecret, _protectmyapi_directory_v1_GrantedSecret__Output>
        InjectedField: MessageTypeDefinition<_protectmyapi_directory_v1_InjectedField, _protectmyapi_directory_v1_InjectedField__Output>
        Injection: MessageTypeDefinition<_protectmyapi_directory_v1_Injection, _protectmyapi_directory_v1_Injection__Output>
        IssueChallengeRequest: MessageTypeDefinition<_protectmyapi_directory_v1_IssueChallengeRequest, _protectmyapi_directory_v1_IssueChallengeRequest__Output>
        IssueChallengeResponse: MessageTypeDefinition<_protectmyapi_directory_v1_IssueChallengeResponse, _protectmyapi_directory_v1_IssueChallengeResponse__Output>
        Label: MessageTypeDefinition<_protectmyapi_directory_v1_Label, _protectmyapi_directory_v1_Label__Output>
        Limit: MessageTypeDefinition<_protectmyapi_directory_v1_Limit, _protectmyapi_directory_v1_Limit__Output>
        LimitScope: EnumTypeDefinition
        Limited: MessageTypeDefinition<_protectmyapi_directory_v1_Limited, _protectmyapi_directory_v1_Limited__Output>
        ListSessionKeysRequest: MessageTypeDefinition<_protectmyapi_directory_v1_ListSessionKeysRequest, _protectmyapi_directory_v1_ListSessionKeysRequest__Output>
        ListSessionKeysResponse: MessageTypeDefinition<_protectmyapi_directory_v1_ListSessionKeysResponse, _protectmyapi_directory_v1_ListSessionKeysResponse__Output>
        PlayIntegrityProof: MessageTypeDefinition<_protectmyapi_directory_v1_PlayIntegrityProof, _protectmyapi_directory_v1_PlayIntegrityProof__Output>
        Quota: MessageTypeDefinition<_protectmyapi_directory_v1_Quota, _protectmyapi_directory_v1_Quota__Output>
        QuotaBlock: MessageTypeDefinition<_protectmyapi_directory_v1_QuotaBlock, _protectmyapi_directory_v1_QuotaBlock__Output>
        QuotaCounter: MessageTypeDefinition<_protectmyapi_directory_v1_QuotaCounter, _protectmyapi_directory_v1_QuotaCounter__Output>
        QuotaDraw: MessageTypeDefinition<_protectmyapi_directory_v1_QuotaDraw, _protectmyapi_directory_v1_QuotaDraw__Output>
        QuotaPeriod: EnumTypeDefinition
        QuotaReturn: MessageTypeDefinition<_protectmyapi_directory_v1_QuotaReturn, _protectmyapi_directory_v1_QuotaReturn__Output>
        RecordAccessRequest: MessageTypeDefinition<_protectmyapi_directory_v1_RecordAccessRequest, _protectmyapi_directory_v1_RecordAccessRequest__Output>
        RecordAccessResponse: MessageTypeDefinition<_protectmyapi_directory_v1_RecordAccessResponse, _protectmyapi_directory_v1_RecordAccessResponse__Output>
        ResolveRouteRequest: MessageTypeDefinition<_protectmyapi_directory_v1_ResolveRouteRequest, _protectmyapi_directory_v1_ResolveRouteRequest__Output>
        ResolveRouteResponse: MessageTypeDefinition<_protectmyapi_directory_v1_ResolveRouteResponse, _protectmyapi_directory_v1_ResolveRouteResponse__Output>
        ResolveSecretsRequest: MessageTypeDefinition<_protectmyapi_directory_v1_ResolveSecretsRequest, _protectmyapi_directory_v1_ResolveSecretsRequest__Output>
        ResolveSecretsResponse: MessageTypeDefinition<_protectmyapi_directory_v1_ResolveSecretsResponse, _protectmyapi_directory_v1_ResolveSecretsResponse__Output>
        ResolvedSecret: MessageTypeDefinition<_protectmyapi_directory_v1_ResolvedSecret, _protectmyapi_directory_v1_ResolvedSecret__Output>
        SyncAnswer: MessageTypeDefinition<_protectmyapi_directory_v1_SyncAnswer, _protectmyapi_directory_v1_SyncAnswer__Output>
        SyncReply: MessageTypeDefinition<_protectmyapi_directory_v1_SyncReply, _protectmyapi_directory_v1_SyncReply__Output>
        SyncRequest: MessageTypeDefinition<_protectmyapi_directory_v1_SyncRequest, _protectmyapi_directory_v1_SyncRequest__Output>
        Target: MessageTypeDefinition<_protectmyapi_directory_v1_Target, _protectmyapi_directory_v1_Target__Output>
        Template: MessageTypeDefinition<_protectmyapi_directory_v1_Template, _protectmyapi_directory_v1_Template__Output>
        TemplatePart: MessageTypeDefinition<_protectmyapi_directory_v1_TemplatePart, _protectmyapi_directory_v1_TemplatePart__Output>
        VerifyChainsRequest: MessageTypeDefinition<_protectmyapi_directory_v1_VerifyChainsRequest, _protectmyapi_directory_v1_VerifyChainsRequest__Output>
        VerifyChainsResponse: MessageTypeDefinition<_protectmyapi_directory_v1_VerifyChainsResponse, _protectmyapi_directory_v1_VerifyChainsResponse__Output>
      }
    }
  }
}

