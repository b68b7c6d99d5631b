import type { components as AuthComponents } from './auth'
import type { components as CoinComponents } from './coin'

/** The shapes of the contract under the names the screens use; no shape is written by hand. */
export type Account = CoinComponents['schemas']['User']
export type AccountCard = CoinComponents['schemas']['AccountCard']
export type BankConfig = CoinComponents['schemas']['BankConfiguration']
export type Transaction = CoinComponents['schemas']['Transaction']
export type TransactionPage = CoinComponents['schemas']['TransactionsAnswer']
export type SignedIn = AuthComponents['schemas']['SignedInAnswer']
export type SignedInDevice = AuthComponents['schemas']['SessionAnswer']
