const FOLDED = 200

/** Words of any length: the beginning, and the rest when asked for. */
Component({
  properties: { text: String },
  data: { begin: '', rest: false, open: false },
  observers: {
    text(text) { this.setData({ begin: text.slice(0, FOLDED), rest: text.length > FOLDED }) },
  },
  methods: {
    toggle() { this.setData({ open: !this.data.open }) },
  },
})
