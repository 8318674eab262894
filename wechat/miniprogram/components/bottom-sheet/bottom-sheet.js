/** A sheet from below with a title and room for anything; tells "close". */
Component({
  properties: { title: String, show: Boolean },
  methods: {
    close() { this.triggerEvent('close') },
    stay() {},
  },
})
