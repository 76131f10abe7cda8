/**
 * What the images of docker-compose.yml read from their environment, as far as we set it, each with its source.
 * What our own image reads is `variables` in config/.
 */
export const imageVariables: Readonly<Record<string, readonly string[]>> = {
  // Documentation of the image, "Environment Variables"; the last two are read by deploy/postgres/10-databases.sh.
  postgres: [
    'POSTGRES_USER',
    'POSTGRES_PASSWORD_FILE',
    'POSTGRES_INITDB_ARGS',
    'TEMPORAL_DATABASE_PASSWORD',
    'LEDGER_DATABASE_PASSWORD_FILE',
  ],
  // temporal-sql-tool: go.temporal.io/server v1.32.0, tools/sql/main.go. The temporal command: its "environment variables" page.
  'temporalio/admin-tools': [
    'SQL_PLUGIN',
    'SQL_HOST',
    'SQL_PORT',
    'SQL_USER',
    'SQL_PASSWORD',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
  ],
  // go.temporal.io/server v1.32.0, common/config/config_template_embedded.yaml.
  'temporalio/server': [
    'DB',
    'DB_PORT',
    'POSTGRES_SEEDS',
    'POSTGRES_USER',
    'POSTGRES_PWD',
    'DBNAME',
    'VISIBILITY_DBNAME',
    'BIND_ON_IP',
    'NUM_HISTORY_SHARDS',
    'DYNAMIC_CONFIG_FILE_PATH',
    'PROMETHEUS_ENDPOINT',
    'LOG_LEVEL',
  ],
  // github.com/temporalio/ui-server v2.54.1, config/docker.yaml.
  'temporalio/ui': [
    'TEMPORAL_ADDRESS',
    'TEMPORAL_DEFAULT_NAMESPACE',
    'TEMPORAL_CORS_ORIGINS',
    'TEMPORAL_DISABLE_WRITE_ACTIONS',
    'TEMPORAL_DISABLE_NEWS_FETCH',
  ],
};
