const api = require('../../utils/api')
const place = require('../../utils/place')

const PAUSE_MS = 300
const BY_NAME = '也可以直接输入小区的名字。'

/** Finds a compound by its name or as the nearest one; tells "choose" {compound} and "close". */
Component({
  properties: { show: Boolean },
  data: { wanted: '', items: [], busy: false, problem: '', asked: false },
  observers: {
    show(show) { if (show && !this.data.asked) this.ask({}) },
  },
  methods: {
    search({ detail }) {
      this.setData({ wanted: detail.value })
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.ask({ q: detail.value.trim() }), PAUSE_MS)
    },
    async nearest() {
      this.setData({ busy: true, problem: '', wanted: '' })
      try {
        const { lat, lng } = await place.here()
        await this.ask({ lat, lng })
      } catch (error) {
        this.setData({ problem: error.message + BY_NAME })
      }
      this.setData({ busy: false })
    },
    async ask(query) {
      const number = (this.number = (this.number || 0) + 1)
      try {
        const { items } = await api.get('/api/compounds', query)
        if (number === this.number) this.setData({ items, asked: true, problem: '' })
      } catch (error) {
        if (number === this.number) this.setData({ problem: error.message })
      }
    },
    choose({ currentTarget }) { this.triggerEvent('choose', { compound: this.data.items[currentTarget.dataset.index] }) },
    close() { this.triggerEvent('close') },
  },
})
