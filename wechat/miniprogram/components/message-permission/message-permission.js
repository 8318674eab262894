const permission = require('../../utils/message_permission')

/** How many WeChat messages may still be sent, and a button to allow more. */
Component({
  data: { templates: [], problem: '' },
  lifetimes: {
    attached() { this.load() },
  },
  pageLifetimes: {
    show() { this.load() },
  },
  methods: {
    async load() {
      const templates = await permission.load().catch(() => this.data.templates)
      this.setData({ templates })
    },
    // WeChat shows its question only when it is asked inside the tap, so nothing may come before it.
    async grant() {
      await permission.ask()
      this.load()
    },
  },
})
