import { emulator } from '../runtime/emulator.js'
import { call } from './call.js'
import { requestSubscribeMessage } from './subscribe.js'

/** Who the person is, what they allowed, what they want to be told. */
export function accountCalls({ miniprogram, privacy }) {
  const name = (miniprogram.app.window && miniprogram.app.window.navigationBarTitleText) || '小程序'
  return {
    login: call('login', () => emulator.login()),
    checkSession: call('checkSession', () => ({})),
    requestSubscribeMessage: call('requestSubscribeMessage', (options) => requestSubscribeMessage(options, name)),
    onNeedPrivacyAuthorization: (listen) => { privacy.ask = listen },
    getPrivacySetting: call('getPrivacySetting', () => {
      return { needAuthorization: !privacy.agreed, privacyContractName: '《用户隐私保护指引》' }
    }),
    requirePrivacyAuthorize: call('requirePrivacyAuthorize', () => privacy.pass()),
    openPrivacyContract: call('openPrivacyContract', () => {
      window.wx.showToast({ title: '在微信里会打开《用户隐私保护指引》', icon: 'none' })
    }),
    getSetting: call('getSetting', () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true } })),
    openSetting: call('openSetting', () => ({ authSetting: {} })),
    authorize: call('authorize', () => ({})),
    getAccountInfoSync: () => ({ miniProgram: { appId: 'browser', envVersion: 'develop', version: '' } }),
  }
}
