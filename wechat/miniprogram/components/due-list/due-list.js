/** By when each step is due: to the reporter in the service's words, with `working` only the time. */
Component({ properties: { steps: { type: Array, value: [] }, working: Boolean } })
