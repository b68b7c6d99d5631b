import type { components as AuthComponents } from './auth'
import type { components as CoinComponents } from './coin'

/** The shapes of the contract under the names the screens use; no shape is written by hand. */
export type Account = CoinComponents['schemas']['User']
export type AccountPreview = CoinComponents['schemas']['AccountPreview']
export type BankConfig = CoinComponents['schemas']['Config']
export type Transaction = CoinComponents['schemas']['Transaction']
export type TransactionPage = CoinComponents['schemas']['TransactionPage']
export type TokenAnswer = AuthComponents['schemas']['TokenAnswer']
export type SignedInDevice = AuthComponents['schemas']['Session']
