/** What the storage stack gives to processes, with names made up. */
export const STORAGE_ENVIRONMENT = {
  FIDUCIAL_UPLOADS_BUCKET: 'fiducial-dev-uploads',
  FIDUCIAL_RESULTS_BUCKET: 'fiducial-dev-results',
  FIDUCIAL_MODELS_BUCKET: 'fiducial-dev-models',
  FIDUCIAL_PLAN_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/plan',
  FIDUCIAL_PLAN_DEAD_LETTERS_URL: 'https://sqs.eu-west-1.amazonaws.com/1/plan-dead',
  FIDUCIAL_SCORE_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/score',
  FIDUCIAL_SCORE_DEAD_LETTERS_URL: 'https://sqs.eu-west-1.amazonaws.com/1/score-dead',
  FIDUCIAL_TRAIN_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/train',
  FIDUCIAL_TRAIN_DEAD_LETTERS_URL: 'https://sqs.eu-west-1.amazonaws.com/1/train-dead',
};
