/** The product's version, set by the build. */
declare const __VERSION__: string;

/** The part of the Trusted Types API that is used; TypeScript's DOM library does not have it yet. */
interface TrustedTypePolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}
interface Window {
  readonly trustedTypes?: TrustedTypePolicyFactory;
}
