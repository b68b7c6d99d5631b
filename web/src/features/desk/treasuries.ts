/** The bank's own accounts with a purpose, by the names of the API. */
export const TREASURIES = ['COURSE', 'SUBSCRIPTION', 'REWARD', 'GENERAL'] as const
