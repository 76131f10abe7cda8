/** The resources that stand in for each other, of which the target is one. */
export interface GroupHealth {
  /** For people: `Auto Scaling group web`, `instances with service=web`. */
  name: string;
  total: number;
  /** How many of them are well now, the target included where it is. */
  healthy: number;
  /** Whether the target itself counts among the healthy. */
  targetHealthy: boolean;
  /** How many the group itself says that it needs; absent: it says nothing. */
  minimum?: number;
}

/** What stands around a target, read just now. */
export interface Surroundings {
  /** Absent: it stands alone. */
  group?: GroupHealth;
  /** People who work on it at this moment, for people: `ada by Session Manager since 03:10:12Z`. */
  people: string[];
  /** What could not be read: not knowing is not well. */
  unknown: { what: 'group' | 'people'; because: string }[];
  /** What no target of this type ever tells: nobody works on it, and it stands alone, as far as anybody could say. */
  untold?: readonly ('group' | 'people')[];
}
