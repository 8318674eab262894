/** By when each step is due, or was before a pause, and on request why: to the reporter in the service's words, with
    `working` only the time. */
Component({
  properties: { steps: { type: Array, value: [] }, reasons: { type: Array, value: [] }, paused: Boolean, working: Boolean },
  data: { open: false },
  methods: {
    toggle() { this.setData({ open: !this.data.open }) },
  },
})
