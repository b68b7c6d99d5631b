import type { components } from './coin'

type Schemas = components['schemas']

/** The shapes of the contract that only staff and developers meet. */
export type Supply = Schemas['SupplyAnswer']
export type Integrity = Schemas['IntegrityAnswer']
export type TreasuryState = Schemas['TreasuryAnswer']
export type PersonDetails = Schemas['UserDetailsAnswer']
export type FactionState = Schemas['FactionView']
export type JournalPage = Schemas['JournalAnswer']
export type AuditEntry = Schemas['AuditView']
export type AuditPage = Schemas['AuditAnswer']
export type DeskReceipt = Schemas['MoneyAnswer']
export type PrizeReceipt = Schemas['TreasuryTransferAnswer']
export type ApiKey = Schemas['KeyView']
export type NewApiKey = Schemas['MadeKey']
