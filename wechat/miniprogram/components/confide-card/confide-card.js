/** Asks once more before an order becomes confidential, since there is no way back; tells "confide". */
Component({
  properties: { busy: Boolean, problem: String },
  data: { asking: false },
  methods: {
    open() { this.setData({ asking: true }) },
    close() { this.setData({ asking: false }) },
    confide() { this.triggerEvent('confide') },
  },
})
