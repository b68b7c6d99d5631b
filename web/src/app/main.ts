import { createApp } from 'vue'
import { createBankI18n } from '@/shared/i18n/bank-i18n'
import { applyTheme } from '@/shared/theme/apply-theme'
import '@/shared/theme/fonts.css'
import '@/shared/theme/base.css'
import App from './App.vue'
import { createBankRouter } from './router'

applyTheme('neotropolis')
createApp(App).use(createBankI18n()).use(createBankRouter()).mount('#app')
