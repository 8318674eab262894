const session = require('../../utils/session')

/** What happens after submitting: number, place, when each step is due. Tells "done" when the person goes on. */
Component({
  properties: { order: Object, home: Object },
  data: { homeKept: false },
  methods: {
    async keepHome() {
      try {
        await session.keepHome(this.data.home)
        this.setData({ homeKept: true })
      } catch (error) {
        wx.showToast({ title: error.first, icon: 'none' })
      }
    },
    copy() { wx.setClipboardData({ data: this.data.order.number }) },
    open() {
      wx.navigateTo({ url: '/pages/order/order?number=' + this.data.order.number })
      this.again()
    },
    again() { this.triggerEvent('done') },
  },
})
