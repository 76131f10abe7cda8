const day = 86_400_000;

/** From watching to asking: a person still decides each time, so little is risked and little is wanted. */
export const toApprove = {
  /** Fewer say nothing at all. */
  judged: 5,
  /** A week holds each day's traffic once. */
  nothingWrongMs: 7 * day,
} as const;

/** From asking to acting: nobody looks any more before it is done. */
export const toAuto = {
  /** Below 30 the interval is so wide that even a faultless record proves little; 30 of 30 is at least 88.6 %. */
  judged: 30,
  /** Four of five right even at the unlucky end: the fifth must be one that guards and verification can bear. */
  atLeast: 0.8,
  /** What it does has to help, not only to be what people would have done; 12 of 12 comes to 75.7 %. */
  verifiedAtLeast: 0.75,
  /** A mistake of the last two weeks has not been understood yet. */
  nothingWrongMs: 14 * day,
} as const;
