/** One answer out of a few, as large buttons that carry words; tells "choose" {value}. */
Component({
  properties: {
    name: String,
    title: String,
    options: { type: Array, value: [] },
    value: { type: String, value: '' },
  },
  methods: {
    choose({ currentTarget }) { this.triggerEvent('choose', { value: currentTarget.dataset.value }) },
  },
})
