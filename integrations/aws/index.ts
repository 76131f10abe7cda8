import { defineIntegration } from '../contract/integration.js';
import { connectAws } from './client.js';
import { awsConfig, awsVariables } from './config.js';

export const aws = defineIntegration({
  id: 'aws',
  summary: 'Amazon Web Services: SSM Automation, EC2 and CloudWatch.',
  config: awsConfig,
  connect: connectAws,
  variables: awsVariables,
});
