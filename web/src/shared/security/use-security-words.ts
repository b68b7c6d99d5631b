import { useI18n } from 'vue-i18n'
import type { SecurityEvent } from '@/shared/api/types'
import type { IconName } from '@/shared/ui/icons'

const ICON_OF: Record<string, IconName> = {
  signed_in: 'sign-in',
  password_changed: 'key',
  password_reset: 'key',
  address_confirmed: 'mail',
  reset_slip_written: 'qr',
  recovery_code_used: 'warning',
  passkey_added: 'key',
  outside_account_linked: 'share',
}

/** Acts that touch an account's safety, in the words of whoever reads of them. */
export function useSecurityWords() {
  const { t, te } = useI18n()

  /** Acts that came later than these words are told by their own name. */
  function act({ act }: SecurityEvent): string {
    return te(`security.act.${act}`) ? t(`security.act.${act}`) : act.replaceAll('_', ' ')
  }

  function means(name: string): string {
    return te(`security.means.${name}`) ? t(`security.means.${name}`) : name
  }

  /** How and with what it was done, as far as that was told. */
  function details({ details }: SecurityEvent): string {
    const { actor, device, means: how, name } = details
    const parts = [name, device, how && means(how), actor && t('security.by', { name: actor })]
    return parts.filter(Boolean).join(' · ')
  }

  function icon({ act }: SecurityEvent): IconName {
    return ICON_OF[act] ?? 'proof'
  }

  return { act, details, icon }
}
