-- a copy must not talk to JD
UPDATE jd_application
   SET secret = NULL,
       database_uuid = NULL;
UPDATE jd_connector
   SET state = CASE WHEN state = 'draft' THEN 'draft' ELSE 'disconnected' END,
       access_token = NULL,
       refresh_token = NULL,
       refresh_expires_at = NULL,
       token_database_uuid = NULL,
       token_application_id = NULL,
       token_renew_at = NULL,
       is_renewable = FALSE,
       login_nonce = NULL;
