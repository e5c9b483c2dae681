/**
 * Whose key it is, as `GET /v1/users/me` says (beta; absent on the regional endpoints). It does
 * not tell when the key ends.
 */
export interface Identity {
  readonly email: string | null;
  readonly workspace: string | null;
  readonly organization: string | null;
  readonly keyName: string | null;
}
