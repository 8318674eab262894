const session = require('../../utils/session')
const unread = require('../../utils/unread')

/** Where staff go from page to page: a worker's lists, what a unit is asked to do, messages, and the resident's side. */
Component({
  properties: { now: String },
  data: { worker: false, partner: false, badge: '' },
  pageLifetimes: {
    show() { this.look() },
  },
  methods: {
    async look() {
      this.setData({ worker: session.isWorker(), partner: session.isPartner() })
      this.setData({ badge: unread.badge(await unread.count()) })
    },
    go(name, url) { if (this.data.now !== name) wx.redirectTo({ url }) },
    toPool() { this.go('pool', '/worker/pages/pool/pool') },
    toMine() { this.go('mine', '/worker/pages/mine/mine') },
    toTasks() { this.go('tasks', '/partner/pages/tasks/tasks') },
    toIntake() { wx.navigateTo({ url: '/worker/pages/intake/intake' }) },
    toInbox() { wx.switchTab({ url: '/pages/inbox/inbox' }) },
    toResident() { wx.switchTab({ url: '/pages/mine/mine' }) },
  },
})
