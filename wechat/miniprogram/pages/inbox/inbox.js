const api = require('../../utils/api')
const largeType = require('../../utils/large_type')
const list = require('../../utils/paged_list')
const { badge } = require('../../utils/unread')

const TAB = 2

Page({
  ...list.methods,
  data: { ...list.EMPTY, large: false, unread: 0 },
  onShow() {
    this.setData({ large: largeType.on() })
    this.reload()
  },
  listPath: () => '/api/inbox',
  onList({ unread }) { this.showUnread(unread) },
  showUnread(unread) {
    this.setData({ unread })
    if (unread) wx.setTabBarBadge({ index: TAB, text: badge(unread) })
    else wx.removeTabBarBadge({ index: TAB })
  },
  open({ currentTarget }) {
    const index = currentTarget.dataset.index
    const { number } = this.data.items[index]
    this.markRead(index)
    if (number) wx.navigateTo({ url: '/pages/order/order?number=' + number })
  },
  async markRead(index) {
    const item = this.data.items[index]
    if (item.read_at) return
    try {
      const read = await api.post(`/api/inbox/${item.id}/read`)
      this.setData({ [`items[${index}].read_at`]: read.read_at })
      this.showUnread(Math.max(0, this.data.unread - 1))
    } catch (error) {
      this.setData({ problem: error.message })
    }
  },
})
