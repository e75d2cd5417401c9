import type { NextFunction, Request, Response } from 'express';

/** The requests that have no answer yet, and whether the app takes leave of its clients. */
export class OpenRequests {
  readonly #responses = new Set<Response>();
  #isLeaving = false;

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get count(): number {
    return this.#responses.size;
  }

  /** From now on every answer closes its connection, so that clients come back to another pod. */
  leave(): void {
    this.#isLeaving = true;
    for (const response of this.#responses) closeAfter(response);
  }

  /** Middleware: knows the request until its connection is free again. */
  readonly follow = (_request: Request, response: Response, next: NextFunction): void => {
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
    if (this.#isLeaving) closeAfter(response);
    next();
  };
}

function closeAfter(response: Response): void {
  if (!response.headersSent) response.set('Connection', 'close');
}
