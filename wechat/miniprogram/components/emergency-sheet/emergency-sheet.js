/** What to do about a danger to life and whom to dial; tells "close", and "go" to send what was held back for it. */
Component({
  properties: { show: Boolean, sending: Boolean, emergency: { type: Object, value: null } },
  methods: {
    go() { this.triggerEvent('go') },
    close() { this.triggerEvent('close') },
  },
})
