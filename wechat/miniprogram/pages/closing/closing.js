const largeType = require('../../utils/large_type')
const session = require('../../utils/session')

const ASK = { title: '注销账号', content: '注销后不能恢复。确定要注销吗？', confirmText: '注销', cancelText: '再想想' }

/** Closing the account for good: what it means, asking twice, and what came of it. */
Page({
  data: { large: false, understood: false, working: false, busy: false, problem: '', closed: false },
  onLoad() { this.setData({ large: largeType.on(), working: session.isWorker() || session.isPartner() }) },
  setUnderstood({ detail }) { this.setData({ understood: detail.value.length > 0, problem: '' }) },
  async close() {
    if (this.data.busy) return
    if (!this.data.understood) return this.setData({ problem: '请先看完上面的说明，并在方框里打勾。' })
    this.setData({ busy: true, problem: '' })
    const { confirm } = await wx.showModal(ASK)
    if (confirm) await this.closeForGood()
    this.setData({ busy: false })
  },
  async closeForGood() {
    try {
      await session.closeAccount()
      this.setData({ closed: true })
    } catch (error) {
      this.setData({ problem: error.first })
    }
  },
  toSignIn() { wx.reLaunch({ url: '/pages/sign_in/sign_in' }) },
})
