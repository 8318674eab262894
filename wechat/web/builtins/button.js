import { emulator } from '../runtime/emulator.js'
import { askForPhone } from '../wx/phone-number.js'
import { around, fire } from './shelf.js'

/** button with its form types and open types. */
export function defineButton(define, { wx, privacy }) {
  const openTypes = {
    agreePrivacyAuthorization: (part) => agree(part, privacy),
    getPhoneNumber: (part) => givePhone(part, privacy),
    chooseAvatar: (part) => chooseAvatar(part, wx),
    share: () => wx.showToast({ title: '请在微信中转发', icon: 'none' }),
  }
  define('button', {
    properties: {
      type: String, size: String, plain: Boolean, disabled: Boolean, loading: Boolean, formType: String, openType: String,
      phoneNumberNoQuotaToast: Boolean,
    },
    reflected: ['type', 'size', 'plain', 'disabled', 'loading'],
    made() {
      this.node.setAttribute('role', 'button')
      this.node.tabIndex = 0
    },
    watch: { disabled(value) { disable(this.node, value) } },
    tapped() {
      if (this.data.disabled) return
      const form = this.data.formType && around(this, 'form')
      if (form) form[this.data.formType]()
      // WeChat lets two open types share a button: getPhoneNumber|agreePrivacyAuthorization.
      for (const openType of this.data.openType.split('|').reverse()) (openTypes[openType] || (() => {}))(this)
    },
  })
}

function disable(node, disabled) {
  node.toggleAttribute('disabled', disabled)
  node.tabIndex = disabled ? -1 : 0
  node.setAttribute('aria-disabled', String(Boolean(disabled)))
}

function agree(part, privacy) {
  privacy.agree()
  fire(part, 'agreeprivacyauthorization')
}

async function givePhone(part, privacy) {
  try {
    await privacy.pass()
    await askForPhone(window.__host.phone_masked)
    const { code } = await emulator.phoneCode()
    fire(part, 'getphonenumber', { code, errMsg: 'getPhoneNumber:ok' })
  } catch (error) {
    fire(part, 'getphonenumber', { errMsg: `getPhoneNumber:fail ${error.message}`, errno: error.errno })
  }
}

function chooseAvatar(part, wx) {
  wx.chooseMedia({ count: 1, success: ({ tempFiles }) => fire(part, 'chooseavatar', { avatarUrl: tempFiles[0].tempFilePath }) })
}
