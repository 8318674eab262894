/** What happened to an order, the newest first. */
Component({ properties: { steps: { type: Array, value: [] } } })
