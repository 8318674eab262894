const largeType = require('../../utils/large_type')
const privacy = require('../../utils/privacy')
const session = require('../../utils/session')

Page({
  data: { large: false, agreed: false, busy: false, again: false, problem: '', notice: '', showNotice: false },
  onLoad({ next, again }) {
    this.next = next ? decodeURIComponent(next) : ''
    this.setData({ large: largeType.on(), again: Boolean(again) })
    if (session.isSignedIn()) session.enter(this.next)
  },
  setLarge({ detail }) {
    largeType.set(detail.value)
    this.setData({ large: detail.value })
  },
  setAgreed({ detail }) { this.setData({ agreed: detail.value.length > 0, problem: '' }) },
  async openNotice() {
    try {
      const { text } = await privacy.read()
      this.setData({ notice: text, showNotice: true })
    } catch (error) {
      this.setData({ problem: error.message })
    }
  },
  closeNotice() { this.setData({ showNotice: false }) },
  async signIn() {
    if (!this.data.agreed) return this.setData({ problem: '请先阅读隐私说明，并在方框里打勾。' })
    this.setData({ busy: true, problem: '' })
    try {
      await session.signIn()
      session.enter(this.next)
    } catch (error) {
      this.setData({ problem: error.first || '微信登录没有成功，请再试一次。' })
    }
    this.setData({ busy: false })
  },
})
