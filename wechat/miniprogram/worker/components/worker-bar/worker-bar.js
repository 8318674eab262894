/** The two lists of a grid worker, reporting for somebody, and the way back to the resident's side. */
Component({
  properties: { now: String },
  methods: {
    toPool() { if (this.data.now !== 'pool') wx.redirectTo({ url: '/worker/pages/pool/pool' }) },
    toMine() { if (this.data.now !== 'mine') wx.redirectTo({ url: '/worker/pages/mine/mine' }) },
    toIntake() { wx.navigateTo({ url: '/worker/pages/intake/intake' }) },
    toResident() { wx.switchTab({ url: '/pages/mine/mine' }) },
  },
})
