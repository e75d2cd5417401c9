import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers for everything that is served. The page may load its own scripts, styles and data and nothing else, in no frame.
 * It is served by plain HTTP inside a cluster, so what browsers take for HTTPS alone is left out.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        // The icon is part of the page.
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
}
