import { openDialog } from './dialog.js'
import { element } from './element.js'

const REFUSED = { message: 'privacy permission is not authorized', errno: 104 }

/** WeChat's gate before personal data (base library 2.32.3 and later): consent first, asked once. */
export class PrivacyGate {
  constructor(openid) {
    this.key = `host:${openid}:privacy`
    this.ask = null
  }

  get agreed() {
    return localStorage.getItem(this.key) === 'agreed'
  }

  /** A tap on the button with open-type="agreePrivacyAuthorization" is the consent. */
  agree() {
    localStorage.setItem(this.key, 'agreed')
  }

  /** Resolves once there is consent; rejects when the person refuses. */
  pass() {
    if (this.agreed) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const answered = ({ event }) => {
        if (event === 'agree' && this.agreed) resolve()
        else if (event !== 'exposureAuthorization') reject(REFUSED)
      }
      if (this.ask) this.ask(answered, { referrer: '' })
      else this.askByItself(answered)
    })
  }

  /** A mini-program without a popup of its own gets WeChat's. */
  askByItself(answered) {
    const refuse = element('button', { type: 'button', textContent: '拒绝' })
    const agree = element('button', { type: 'button', className: 'main', textContent: '同意' })
    const text = element('p', { textContent: '使用照片、位置或手机号之前，请阅读并同意《用户隐私保护指引》。' })
    const buttons = element('div', { className: 'mp-row' }, refuse, agree)
    const onCancel = () => answered({ event: 'disagree' })
    const close = openDialog({ label: '用户隐私保护提示', look: 'mp-alert', children: [text, buttons], onCancel })
    refuse.addEventListener('click', () => close())
    agree.addEventListener('click', () => {
      this.agree()
      close('answered')
      answered({ event: 'agree' })
    })
  }
}
