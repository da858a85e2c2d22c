-- a copy must not talk to JD
DELETE FROM jd_vault;
UPDATE jd_application
   SET message_path = gen_random_uuid();
UPDATE jd_connector
   SET state = CASE WHEN state = 'draft' THEN 'draft' ELSE 'disconnected' END,
       refresh_expires_at = NULL,
       token_application_id = NULL,
       token_renew_at = NULL,
       is_renewable = FALSE,
       login_nonce = NULL;
