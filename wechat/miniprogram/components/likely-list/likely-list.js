/** Open orders that may be about the same thing; tells "join" and "open" with {number}, and "dismiss". */
Component({
  properties: { items: { type: Array, value: [] }, busy: Boolean, problem: { type: String, value: '' } },
  methods: {
    join({ currentTarget }) { this.triggerEvent('join', { number: currentTarget.dataset.number }) },
    open({ currentTarget }) { this.triggerEvent('open', { number: currentTarget.dataset.number }) },
    dismiss() { this.triggerEvent('dismiss') },
  },
})
