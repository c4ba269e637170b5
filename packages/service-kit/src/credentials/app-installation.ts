import { z } from 'zod'

/** What an installed app calls itself, where its platform names no device: random, made at its first start and kept. */
export const AppInstallation = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{16,64}$/,
    'Send as installation 16 to 64 random letters, digits, hyphens and underscores, such as a UUID that the app makes once and keeps.',
  )
