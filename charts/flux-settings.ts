/** What differs from cluster to cluster in how Flux brings it in. What is left out is off. */
export interface FluxSettings {
  readonly repository: {
    /** `https://…` or `ssh://…`. */
    readonly url: string;
    readonly branch: string;
    /** Secret in flux-system with `username` and `password`, or `identity` and `known_hosts`. @default none: a public repository */
    readonly credentialsSecret?: string;
  };
  /**
   * Takes only signed commits, reverts too: Secret in flux-system with the public keys (`*.asc`; from Flux 2.9 on `*.sshpub` too).
   * A commit that is not signed by one of them changes nothing. @default off
   */
  readonly verifyCommits?: { readonly keysSecret: string };
  /** Pushes are noticed within seconds, not with the next poll. @default off */
  readonly receiver?: {
    /** Who calls: GitHub, or anyone who signs the body with the token (HMAC). */
    readonly type: 'github' | 'generic-hmac';
    /** Secret in flux-system with `token`. */
    readonly tokenSecret: string;
    /** Name under which the Git host reaches the cluster, and the Secret in flux-system with its certificate. */
    readonly host: string;
    readonly tlsSecret: string;
  };
  /** What Flux could not bring in is said in Slack. @default off */
  readonly slack?: {
    readonly channel: string;
    /** Secret in flux-system with the webhook's URL in `address`. */
    readonly urlSecret: string;
  };
  /**
   * Secrets encrypted with SOPS in clusters/<cluster>/secrets/: Secret in flux-system with the age key (`*.agekey`).
   * @default off: Secrets are made by hand or by what else the cluster has for them
   */
  readonly sops?: { readonly ageKeySecret: string };
  /**
   * Newer versions of the project's own images come as a pull request that changes charts/images.yaml. For one cluster at most: all
   * have that file in common. @default off
   */
  readonly imageAutomation?: {
    /** Which versions are taken. @default `^0.1.0`: those that change no interface */
    readonly semver?: string;
    /** Secret in flux-system that may push to the repository, in the form of `credentialsSecret`. */
    readonly pushSecret: string;
    /** Secret in flux-system for a private registry (docker-registry). @default none: public images */
    readonly registrySecret?: string;
    /** Who the commits are by. */
    readonly author: { readonly name: string; readonly email: string };
  };
}
