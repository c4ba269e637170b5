// Original file: protectmyapi/directory/v1/directory.proto

export const EntryKind = {
  ENTRY_KIND_UNSPECIFIED: 'ENTRY_KIND_UNSPECIFIED',
  ENTRY_KIND_ADMITTED: 'ENTRY_KIND_ADMITTED',
  ENTRY_KIND_FINISHED: 'ENTRY_KIND_FINISHED',
  ENTRY_KIND_VOID: 'ENTRY_KIND_VOID',
} as const;

export type EntryKind =
  | 'ENTRY_KIND_UNSPECIFIED'
  | 0
  | 'ENTRY_KIND_ADMITTED'
  | 1
  | 'ENTRY_KIND_FINISHED'
  | 2
  | 'ENTRY_KIND_VOID'
  | 3

export type EntryKind__Output = typeof EntryKind[keyof typeof EntryKind]
