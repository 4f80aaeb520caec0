-- Orders of whoever asks for their links again, by the address that they gave.
CREATE INDEX order_people_by_email ON order_people (lower(email)) WHERE email IS NOT NULL AND line = '';
